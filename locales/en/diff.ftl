### What changed between two states of a project, in words.

diff-stage-added = + stage { $stage } ({ $steps ->
    [one] 1 step
   *[other] { $steps } steps
  })
diff-stage-removed = - stage { $stage } ({ $steps ->
    [one] 1 step
   *[other] { $steps } steps
  })
diff-renamed = { $from } is now called { $to }
diff-step-added = { $stage }: + { $name } ({ $what })
diff-step-removed = { $stage }: - { $name } ({ $what })
diff-what = { $part }, { $kind }
diff-what-on = { $part }, { $kind } on { $platform }
diff-level = { $step }: level { $from } -> { $to }
diff-moved = { $step }: { $from } -> { $to }
diff-in-stage = { $stage }, { $part }
diff-order = { $stage }, { $part }: now in the order { $steps }
diff-added = + { $place }
diff-removed = - { $place }
diff-edited = { $place }: { $facet } { $from } -> { $to }
diff-changed = { $place }: { $facet } changed
diff-changed-line = { $place }: { $facet } changed in line { $line }: “{ $from }” -> “{ $to }”
diff-skipped = { $place }: now skipped this month: { $reason }
diff-not-skipped = { $place }: no longer skipped this month
diff-file = { $path }: changed from line { $line } on, used by { $steps }
diff-value = { $value }
diff-none = none
diff-steps = { $count } steps ({ $steps })

diff-ready = ready
diff-verify = verify
diff-name = { $name }
diff-parameter = parameter { $name }
diff-connection = connection { $name }
diff-platform = platform { $name }
diff-settings = settings
diff-roster = roster
diff-person = roster, { $name }
diff-shift = roster, shift { $name }
diff-rota-day = roster, { $date }

diff-facet-name = name
diff-facet-title = title
diff-facet-value = value
diff-facet-limit = limit
diff-facet-owner = owner
diff-facet-deadline = deadline
diff-facet-handover = handover letter to
diff-facet-after = waits for
diff-facet-verb = verb
diff-facet-flow = flow
diff-facet-platform = platform
diff-facet-downstream = way of running again
diff-facet-connection = connection
diff-facet-batch = batch
diff-facet-command = command
diff-facet-env = environment
diff-facet-sql = SQL
diff-facet-transaction = one transaction
diff-facet-file = file
diff-facet-encoding = encoding
diff-facet-separator = separator
diff-facet-into = table
diff-facet-key = key
diff-facet-mode = mode
diff-facet-filter = where
diff-facet-checks = checks
diff-facet-poll = poll
diff-facet-wait = waits until
diff-facet-to = addressees
diff-facet-subject = subject
diff-facet-text = text
diff-facet-method = method
diff-facet-url = address
diff-facet-headers = headers
diff-facet-body = body
diff-facet-expect = what is expected
diff-facet-ask = question
diff-facet-show = evidence
diff-facet-form = form
diff-facet-approvers = who may answer
diff-facet-votes = votes
diff-facet-except = who may not answer
diff-facet-each = one answer each
diff-facet-on_timeout = at the deadline
diff-facet-on_reject = run again when rejected
diff-facet-needs = needs
diff-facet-when = condition
diff-facet-values = for_each values
diff-facet-outputs = outputs
diff-facet-retry = retry
diff-facet-timeout = timeout
diff-facet-on_failure = on failure
diff-facet-idempotent = idempotent
diff-facet-severity = severity
diff-facet-skip = skipped this month
diff-facet-email = address
diff-facet-os_user = operating-system user
diff-facet-roles = roles
diff-facet-stands_in_for = stands in for
diff-facet-hours = hours
diff-facet-rota = rota
diff-facet-fallback = fallback
diff-facet-definition = definition
diff-facet-zone = time zone
diff-facet-language = language
diff-facet-store = store
diff-facet-mail = mail settings
diff-facet-other = another setting

diff-nothing = nothing changed since { $revision }
diff-runbook-added = + runbook { $path }
diff-runbook-removed = - runbook { $path }
diff-month = { $month }: { $change }
diff-was-invalid = { $path } had mistakes at { $revision }, so nothing can be compared; the first: { $problem }
diff-request = nothing can be compared: { $why }

git-missing = git is not installed, or not on the PATH: --against reads the former files with it.
git-no-repository = { $path } is in no git repository that can be read: --against compares with what is in git. git says: { $why }
git-unknown-revision = git knows no revision '{ $revision }' here.
git-failed = git failed: { $why }
