### Problems of files, and what was probably meant.

## Frames

problem-error = error
problem-warning = warning
problem-help = help
problem-first-here = first here

## Files

problem-file-too-large = { $path } has { $size } MiB; files of up to { $limit } MiB are read
problem-not-utf8 = this is not UTF-8
help-problem-not-utf8 = save the file as UTF-8
problem-control-character = the character { $code } may not stand here
problem-more = { $path } has { $count } more problems

## YAML

problem-yaml-empty = the file is empty
problem-yaml-tab = a tab cannot indent
help-problem-yaml-tab = use spaces
problem-yaml-tag = tags (!…) are not used here
problem-yaml-anchor = anchors and aliases (&…, *…) are not used here; text that begins with such a character needs quotes
problem-yaml-merge-key = merge keys (<<) are not used here
problem-yaml-second-document = a second document begins here; a file holds one
problem-yaml-depth = lists and maps stand more than { $limit } deep in each other here
problem-yaml-key = a key must be a word
help-problem-yaml-key = a text that begins with {"{"}{"{"} needs quotes
problem-yaml-quote = the text in quotes that begins here has no proper end
problem-yaml-escape = this text in double quotes has an unknown escape (\…)
problem-yaml-colon = a colon makes no key here: the indentation is wrong, or the text needs quotes
problem-yaml-character = text that begins with this character needs quotes
problem-yaml-bracket = brackets do not match here, or a comma is missing
problem-yaml-indent = the indentation does not fit the lines above
problem-yaml-syntax = this is not YAML: { $detail }
problem-doubled-key = the key `{ $key }` stands here a second time

## Keys and shapes

problem-unknown-key = unknown key `{ $key }` in { $thing }
help-problem-meant = did you mean `{ $word }`?
help-problem-known-keys = known here: { $keys }
help-problem-known-names = known: { $names }
problem-missing-key = missing key `{ $key }` in { $thing }
problem-none-of = one of these keys is missing in { $thing }: { $keys }
problem-two-variants = `{ $first }` and `{ $second }` cannot both stand in { $thing }
problem-key-does-not-go-with = `{ $key }` does not go with `{ $with }`
help-problem-goes-with = `{ $key }` goes with: { $keys }
problem-not-one-entry = exactly one entry is expected here, there are { $count }
problem-expected = expected { $what }, found { $found }
problem-found-nothing = nothing
problem-found-text = “{ $text }”
problem-found-list = a list
problem-found-map = a map
help-problem-without-quotes = write it without quotes
help-problem-write-list = write a list: [{ $text }]
problem-more-than-one-line = this must be one line
problem-pattern = this is not a regular expression: { $detail }
problem-secret-in-text = a password never stands in the file itself
problem-password-in-url = there is a password in this address
help-problem-secret = take it from the environment, {"{"}env: NAME{"}"}, or from a file, {"{"}file: PATH{"}"}

## What may stand somewhere

problem-shape-or = { $first } or { $second }
problem-shape-line = a line of text
problem-shape-lines = text
problem-shape-name = a name (letters, digits, _ . -; at most 64, a letter or digit first)
problem-shape-ident = a word of letters, digits and _ (not beginning with a digit)
problem-shape-each-value = a value of at most 64 characters without slashes, # and control characters
problem-shape-flag = true or false
problem-shape-integer = a whole number from { $min } to { $max }
problem-shape-any-integer = a whole number
problem-shape-separator = one character, not the quote "
problem-shape-factor = a number from 1 to 100
problem-shape-duration = a duration such as 90s, 5m, 2h or 1d
problem-shape-time = a time of day such as "02:00"
problem-shape-date = a date such as 2026-11-01
problem-shape-day = a day from 1 to 31, or last
problem-shape-moment = a time such as "2026-11-01 02:10"
problem-shape-share = a share such as 10%
problem-shape-months = a number of months such as 3 months
problem-shape-tolerance = a number or a share, such as 3 or 0.5%
problem-shape-comparison = rows or sum(column)
problem-shape-pattern = a regular expression
problem-shape-url = an address
problem-shape-page = an address that begins with http:// or https://
problem-shape-header = the name of a header: letters, digits and hyphens
problem-shape-email = an e-mail address
problem-shape-word = one of: { $words }
problem-shape-secret = where the secret comes from, {"{"}env: NAME{"}"} or {"{"}file: PATH{"}"}
problem-shape-list = a list
problem-shape-map = keys and values ({ $thing })
problem-shape-map-of = names and values

## Things

problem-thing-runbook = a runbook
problem-thing-stage = a stage
problem-thing-step = a step
problem-thing-defaults = defaults
problem-thing-param = a parameter
problem-thing-gate = a gate
problem-thing-review = a review
problem-thing-notice = a notice
problem-thing-on-reject = on_reject
problem-thing-evidence = a piece of evidence
problem-thing-field = a field of the form
problem-thing-sql = sql
problem-thing-sql-file = sql
problem-thing-retry = retry
problem-thing-deadline = a deadline
problem-thing-poll = poll
problem-thing-each-file = a list of values from a file
problem-thing-load = load
problem-thing-check = a check
problem-thing-table-pair = table
problem-thing-like = like
problem-thing-compare = a comparison
problem-thing-wait = wait
problem-thing-http = a request
problem-thing-mail = a letter
problem-thing-project = the settings
problem-thing-from = a setting from elsewhere
problem-thing-secret = a secret
problem-thing-mail-settings = the mail settings
problem-thing-connection = a connection
problem-thing-platform = a platform
problem-thing-actions = flow of a platform
problem-thing-action = an action
problem-thing-roster = a roster
problem-thing-person = a person
problem-thing-shift = a shift
problem-thing-rota = a line of the rota
problem-thing-month-file = a month file
problem-thing-skip = a step to skip
problem-thing-agreed = agreed

## What fits and makes no sense

problem-no-stages = a runbook needs stages or include
problem-doubled-stage = a second stage is called `{ $name }`
problem-after-missing = the stage `{ $name }` does not say what it waits for
help-problem-after-missing = write after: [STAGE], or after: [] if it waits for none
problem-empty-stage = the stage `{ $name }` has no steps
problem-flow-twice = the flow `{ $flow }` is listed twice in the stage `{ $stage }`
problem-doubled-step = a second step of the stage `{ $stage }` is called `{ $name }`
problem-step-without-name = this step needs a name
help-problem-step-without-name = add name: …; only flow, follow and force_pass take the flow’s name
problem-choice-without-values = the choice `{ $name }` needs values: […]
problem-default = the default of `{ $name }` is not what `{ $name }` may be
problem-min-above-max = min of `{ $name }` is above its max
problem-empty = this must not be empty
problem-merge-without-key = mode: merge needs key: [column]
problem-where-without-replace = where goes with mode: replace only
problem-timeout-without-deadline = on_timeout: fail needs a deadline
problem-unknown-connection = there is no connection `{ $name }`
problem-unknown-person = there is no person `{ $name }`
problem-unknown-shift = there is no shift `{ $name }`
problem-submit-without-poll = submit needs poll: nothing tells when the flow is done
problem-poll-without-succeeded = poll needs succeeded: a pattern that tells that the flow is done
problem-platform-without-connection = the platform `{ $name }` runs SQL but has no connection
problem-doubled-skip = the step `{ $name }` is skipped a second time

### The plan

help-plan-after-missing = write after: [STAGE], or after: [] if it waits for none
help-plan-meant = did you mean `{ $name }`?
help-plan-known = known: { $names }
help-plan-name-bad = letters, digits, _ . and -, beginning with a letter or digit, at most 64; give the step a name: of its own
help-plan-no-roster = name one in monthstart.yaml: roster: roster.yaml
help-plan-pattern-group = put brackets round the part that is wanted: id=(.*)
help-plan-platform-incomplete = write flow: with one run: or sql:, or with submit: and poll:
help-plan-secret-in-text = take it from the environment, {"{"}env: NAME{"}"}, or from a file, {"{"}file: PATH{"}"}
help-plan-shell-platform = write the action as a list, [program, "{"{{"} flow {"}}"}"]: each value is then one argument
help-plan-shell-template = scripts are never templates: put it into env:, as NAME: "{"{{"} … {"}}"}", and write $NAME here
help-plan-sql-bind = bind it, as { $name }; for the name of a table or column write | ident
help-plan-sql-step = make a number of it with | int, or the name of a table or column with | ident
help-plan-step-ambiguous = write the stage too: { $names }
help-plan-step-full = write the stage too: stage/step
help-plan-template-statement = only values can stand here: {"{{"} name {"}}"}
plan-after-missing = the stage `{ $name }` does not say what it waits for
plan-attach-name = `{ $name }` cannot be the name of a schema
plan-binding-unknown = nothing is called `{ $name }` here, so it cannot be bound
plan-column-twice = `{ $path }` has two columns called `{ $column }`
plan-column-unknown = `{ $path }` has no column `{ $column }`
plan-connection-missing = it is not said where this SQL runs: give connection: or platform:
plan-connection-unknown = there is no connection `{ $name }`
plan-csv-ragged = line { $line } of `{ $path }` has more or fewer fields than its header
plan-cycle = these wait for each other in a circle: { $path }
plan-cycle-part = `{ $name }` waits here
plan-deadline-day = a month has no day { $day }
plan-each-empty = for_each has no values
plan-each-name = `{ $name }` cannot be a variable: letters, digits and _, beginning with a letter
plan-each-no-list = `{ $name }` is no list
plan-each-reserved = `{ $name }` means something else already
plan-each-twice = the value `{ $value }` stands twice
plan-each-value = `{ $value }` cannot be part of a step's name: at most 64 characters, without slashes, # and control characters
plan-email = `{ $text }` is no e-mail address
plan-encoding-unknown = there is no encoding `{ $name }`
plan-env-name = `{ $name }` cannot be an environment variable
plan-env-refused = `{ $name }` may not be set for a step
plan-env-unused = env goes to run: only; this step does not see it
plan-expect-bad = `{ $text }` cannot be checked; write > 0, = 13, between 10 and 20, or not null
plan-expect-missing = this value is compared with nothing: expect is missing
plan-field-default = the default `{ $value }` of `{ $name }` will not do: { $wants }
plan-field-list = the field `{ $name }` cannot be a list
plan-field-name = `{ $name }` cannot be the name of a field: letters, digits and _, beginning with a letter
plan-field-unknown = the form of `{ $step }` has no field `{ $name }`
plan-file-missing = `{ $path }` cannot be read
plan-first-here = the first one is here
plan-flow-twice = the flow `{ $name }` is listed twice in this stage
plan-gate-no-deadline = on_timeout: fail needs a deadline
plan-sql-commits = statement { $statement } ({ $sql }) commits by itself on { $database }, with all before it: the step is not atomic
plan-sql-transaction = statement { $statement } ({ $sql }) begins or ends a transaction, and the step is one already
help-plan-sql-commits = make it a step of its own, or say 'transaction: false', or 'idempotent: true' where the step may be run again as a whole
plan-in-file = in { $path }: { $problem }
plan-include-cycle = these files include each other in a circle: { $path }
plan-include-missing = there is no file `{ $path }`
plan-include-twice = `{ $path }` is included twice
plan-language-unknown = the language is zh or en, not `{ $name }`
plan-limit-zero = a limit of 0 lets nothing run
plan-mail-from = `{ $text }` is no sender
plan-month-file-month = the month is the file's name; it cannot be set here
plan-month-future = { $month } has not begun yet; the present month is { $present }
plan-month-param-unknown = no runbook has a parameter `{ $name }`
plan-name-bad = `{ $name }` cannot be a name
plan-name-missing = this step needs a name: only flow, follow and force_pass have one of their own
plan-no-roster = there is no roster, so nobody is `{ $name }`
plan-no-stages = there is no stage to run
plan-not-yet = `{ $what }` is understood, but cannot be executed yet: plan and run refuse this runbook
plan-ignored-yet = `{ $what }` is understood, but does nothing yet
plan-param-bad = `{ $name }` cannot be `{ $value }`: it wants { $wants }
plan-param-missing = { $name } has no value: give -p { $name }=…, { $wants }
plan-param-month-kind = the parameter month must be of type month
plan-param-name = `{ $name }` cannot be a parameter: letters, digits and _, beginning with a letter
plan-param-reserved = `{ $name }` means something else already and cannot be a parameter
plan-param-twice = `{ $name }` is given twice, with different values
plan-param-two-kinds = `{ $name }` is declared with another type in another file
plan-param-unknown = there is no parameter `{ $name }`; there is: { $known }
plan-param-unknown-meant = there is no parameter `{ $name }`; did you mean `{ $meant }`?
plan-path-outside = `{ $path }` lies outside the project's folder
plan-pattern = this pattern cannot be read: { $detail }
plan-pattern-group = this pattern takes nothing out
plan-person-unknown = there is no person `{ $name }`
plan-platform-both = the platform `{ $name }` has one action for the whole flow, and submit or poll too
plan-platform-incomplete = the platform `{ $name }` can neither run a flow nor submit and poll one
plan-platform-missing = it is not said on which platform `{ $name }` runs
plan-platform-no-connection = the platform `{ $name }` has no connection
plan-platform-no-flow = the platform `{ $name }` does not say how it runs a flow
plan-platform-no-force-pass = the platform `{ $name }` does not say how it passes a waiting task (force_pass)
plan-mail-unknown = a letter to '{ $name }': that is no role, no person of the roster and no address
plan-mail-no-address = { $name } has no address in the roster
plan-mail-nobody = there is nobody to write to: '{ $name }'
plan-url-host = `{ $url }`: a value may not say which server is asked; write the server, and put values into the path or after the `?`
plan-platform-no-follow = the platform `{ $name }` cannot be asked about flows (find, poll): this one cannot be watched
plan-column-name = `{ $name }` is not the name of a column
plan-load-no-key = merge needs the key columns: key: [id]
plan-load-where = `where` is the part that replace replaces; this load does not replace
plan-platform-unknown = there is no platform `{ $name }`
plan-poll-no-success = poll needs succeeded: a pattern that tells that the flow is done
plan-reads-beside = `{ $table }` is read here while `{ $name }` may be writing it
plan-reads-later = `{ $table }` is read here, but `{ $name }` writes it only later
plan-role-reserved = `{ $name }` means something else already and cannot be a role
plan-rota-empty = this turn lists no days
plan-rota-gap = { $days ->
    [one] nobody is on the { $shift } shift on { $day }
   *[other] nobody is on the { $shift } shift on { $days } days, the first of them { $day }
  }
plan-scheme-unknown = `{ $scheme }` is no known kind; known: { $known }
plan-secret-in-text = a password stands in the settings
plan-severity = severity is 1 (worst) to 4, not { $number }
plan-shell-template = nothing is put into shell scripts: `{ $expression }`
plan-shift-unknown = there is no shift `{ $name }`
plan-sql-file-missing = `{ $path }` cannot be read; the step that needs it would fail
plan-stage-empty = the stage `{ $name }` has no steps
plan-stage-twice = a second stage is called `{ $name }`
plan-stage-unknown = there is no stage `{ $name }`
plan-step-ambiguous = several stages have a step `{ $name }`
plan-step-is-group = `{ $name }` stands for several steps; name one of them
plan-step-twice = a second step of this stage is called `{ $name }`
plan-step-unknown = there is no step `{ $name }`
plan-table-name = `{ $name }` cannot be the name of a table
plan-template-endless = working out `{ $expression }` does not end
plan-template-fails = `{ $expression }` cannot be worked out: { $detail }
plan-template-not-a-name = `{ $value }` cannot be the name of a table or column (`{ $expression }`)
plan-template-not-in-sql = `{ $expression }` is text and must not become part of SQL
plan-template-not-truth = `{ $expression }` is neither true nor false, but `{ $value }`
plan-template-statement = `{ $expression }` is not understood here
plan-template-syntax = `{ $expression }` cannot be read: { $detail }
plan-template-too-long = `{ $expression }` becomes too long
plan-template-unclosed = `{ $expression }` has no closing braces
plan-template-unknown = nothing is called `{ $name }` here
plan-timeout-unused = a timeout has no effect on a gate, a notice or a poll
plan-votes-impossible = { $votes } must answer this, but only { $people } may
plan-votes-person = `{ $name }` is a person; votes are counted by role
plan-votes-zero = votes: 0 would let it pass without anybody
plan-wants-boolean = true or false
plan-wants-choice = one of { $words }
plan-wants-date = a date such as 2026-10-31, in ASCII digits
plan-wants-integer = a whole number, in ASCII digits
plan-wants-list = values with commas between them
plan-wants-month = a month such as 2026-10, in ASCII digits
plan-wants-text = text of one line
plan-who-unknown = nobody in the roster is or has the role `{ $name }`
plan-written-here = written here
plan-zone-unknown = there is no time zone `{ $name }`
plan-who-must-say = the user `{ $user }` is not one person here: say who you are with --as, one of { $people }
plan-who-not-person = there is no person `{ $name }` in the roster
plan-who-not-person-meant = there is no person `{ $name }` in the roster; did you mean `{ $meant }`?
plan-who-may-not = `{ $user }` may not act for `{ $person }`: the roster does not let them stand in

plan-show-summary = { $stages ->
    [one] 1 stage
   *[other] { $stages } stages
  }, { $steps ->
    [one] 1 step
   *[other] { $steps } steps
  }, { $gates ->
    [one] 1 gate
   *[other] { $gates } gates
  }
plan-show-ready = ready
plan-show-level = level { $number }
plan-show-verify = verify
plan-show-after = after { $stages }
plan-show-owner = owner { $owner }
plan-show-deadline = due { $at }
plan-show-limit = { $limit } at a time
plan-show-skip = skipped this month: { $reason }
plan-show-agreed = agreed: { $agreed }
plan-show-not-yet = cannot be executed yet: { $what }
plan-show-commits = not atomic: statement { $statement } commits by itself
plan-show-needs = needs { $steps }
plan-show-when = only if { $condition }
plan-show-asks = “{ $ask }” asked of { $who }
plan-show-anyone = anyone
plan-show-any-operator = any operator ({ $people })
plan-show-votes = { $votes } people must confirm
plan-show-votes-by-role = votes: { $votes }
plan-show-except = not by { $who }
plan-show-each = one answer each: { $values }
plan-show-letter = letter when it finishes: { $to }
plan-show-letter-people = letter when it finishes: { $to } ({ $people })
plan-show-no-letter = no letter
plan-show-next-shift = next shift
plan-kind-flow = flow
plan-kind-follow = follow
plan-kind-force_pass = force-pass
plan-kind-run = run
plan-kind-sql = sql
plan-kind-load = load
plan-kind-check = check
plan-kind-wait = wait
plan-kind-gate = gate
plan-kind-notice = notice
plan-kind-confirm = confirm
plan-kind-review = review
plan-kind-http = http
plan-kind-mail = mail
