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
problem-shape-separator = one character
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
