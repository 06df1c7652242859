### What doing a step says: why it could not begin, what came of it, what is shown to those who decide.

exec-broke = something in monthstart itself broke: { $why }
exec-not-yet = '{ $what }' cannot be executed yet
exec-no-variable = the environment variable { $name } is not set
exec-no-command = there is no program to start
exec-no-program = there is no program '{ $program }' (looked for on PATH, or from the project's folder where it is a path)
exec-no-interpreter = '{ $program }' is there, but not the interpreter that its first line names
exec-no-folder = the project's folder { $folder } is not there
exec-program-not-started = '{ $program }' could not be started: { $why }
exec-start-not-recorded = it was not started: that it begins could not be written down ({ $why })
exec-no-keeper = it was not started: the process that keeps programs could not be had ({ $why })
exec-keeper-dies = it was not started: the process that keeps programs dies as soon as it is started (last: { $how }); see to the cause (limits, memory, security rules of this host), then retry
exec-orphan-ended = ended what was left of a former attempt, which nobody kept hold of: process { $pid }
exec-log-gap = … { $bytes } bytes left out …
exec-log-anew = what stood here before is gone: the log was taken away or cut while it was written
exec-log-trouble = its log could not be written: { $why }
exec-file-outside = { $file } is not below the project's folder
exec-file-unreadable = { $file } cannot be read: { $why }
exec-file-not-a-file = { $file } is not a file
exec-file-too-long = { $file } is longer than 16 MiB
exec-file-not-utf8 = { $file } is not UTF-8 text
exec-output-cut = its last line is longer than { $kib } KiB: only its beginning is kept as an output
exec-output-missing = nothing that it printed matches '{ $pattern }', which was to give '{ $name }'
exec-bad-pattern = not a pattern: { $pattern }

exec-no-connection = there is no connection '{ $connection }' in the settings
exec-bad-url = the URL of connection '{ $connection }' cannot be understood: sqlite:PATH, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE
exec-url-option = the URL of connection '{ $connection }' has the option '{ $option }', which is not known; known are: { $known }
exec-no-database = connection '{ $connection }': no such database: { $file }
exec-not-connected = connection '{ $connection }': { $why }
exec-sql-empty = there is no statement in it
exec-sql-transaction = statement { $statement } ({ $sql }) begins or ends a transaction: write 'transaction: false' to do so
exec-sql-unbound = statement { $statement } binds :{ $name }, which is not there; there is: { $known }
exec-sql-begins = statement { $statement } of { $count }: { $sql }
exec-sql-waits = waits for its turn: others write to the database
exec-sql-changed = { $rows ->
    [one] 1 row changed
   *[other] { $rows } rows changed
}
exec-sql-read = { $rows ->
    [one] 1 row read
   *[other] { $rows } rows read
}
exec-sql-done = done
exec-sql-remains = { $why } (without a transaction: what the { $before ->
    [one] statement
   *[other] { $before } statements
} before it did remains)
exec-sql-again = taken back because of others, begins again ({ $times } of at most { $most }): { $why }
exec-sql-not-atomic = not one transaction: statement { $statement } ({ $sql }) commits by itself, with all before it
exec-sql-partly = { $why } (statement { $last } commits by itself: what the statements up to it did remains)
exec-marker-asks = nobody has heard whether it took effect; its marker is asked for: { $why }
exec-marker-waits = waits until its former attempt's transaction has ended
exec-marker-none = not atomic: no marker could be put into the database ({ $why }); after a crash nothing could tell whether it took effect; 'monthstart doctor' says what to do
exec-marker-found = took effect before: its marker was there, and nothing was done again
exec-marker-loose = not atomic: 'transaction: false'
exec-marker-files = not atomic: each of these SQLite files has a write-ahead log of its own
exec-marker-engines = not atomic: there are no transactions in { $tables }
exec-marker-committed = not atomic: something that a statement called has committed by itself
exec-sql-gone = the connection to the server broke: { $why }
exec-more-rows = … and { $rows } more rows

exec-check-found = { $what } → { $value }
exec-check-unmet = { $what } → { $value }, expected { $expect }
exec-check-no-row = { $what }: no row, expected { $expect }
exec-check-there = { $what } is there
exec-check-not-there = { $what } is not there
exec-check-warning = does not hold, but only warns: { $found }
exec-check-cannot-look = cannot look now: { $why }
exec-check-bad-expect = '{ $expect }' is not an expectation: = x, != x, > x, >= x, < x, <= x, between x and y
exec-check-empty = there is nothing to check
exec-check-no-row-like = { $what }: no row to compare with former months
exec-check-like = { $found } ({ $like })
exec-like-no-number = no number, so it cannot be compared with former months
exec-like-no-history = too little history: nothing of the last { $wanted } months
exec-like-little-history = too little history: { $have } of { $wanted } months, { $seen }
exec-like-zero = { $months }: always 0
exec-like-only-zero = mean of { $months }: 0, and only 0 is like it
exec-like-met = mean of { $months }: { $mean }, { $deviation }, allowed { $allowed }
exec-like-unmet = not like the mean of { $months }: { $mean }, { $deviation }, allowed { $allowed }
exec-since-changed = { $what } was changed at { $at }, after { $step } ({ $said })
exec-since-unchanged = { $what } was last changed at { $at }, not after { $step } ({ $said })
exec-since-never = { $what } was never changed as far as is known, so not after { $step } ({ $said })
exec-since-unknown = nobody knows when { $what } was changed: its database does not tell. Write into the settings, at connections.{ $connection }, a query that does: changed: "select max(end_time) from … where table_name = :table"
exec-since-unreadable = the query `changed` of connection '{ $connection }' says '{ $value }', which is no time
exec-since-no-time = when { $step } was done is not known, so nor is whether { $what } was changed after it
exec-table-compares = comparing { $what }: { $rows } rows seen
exec-table-equal = { $pair }: { $from } = { $to }
exec-table-unequal = { $pair }: { $from } ≠ { $to }
exec-table-differs = { $pair }: { $from } ≠ { $to }, difference { $difference }
exec-table-near = { $pair }: { $from } ≈ { $to }, difference { $difference }, allowed { $allowed }
exec-table-too-far = { $pair }: { $from } ≠ { $to }, difference { $difference }, allowed { $allowed }
exec-table-keys-same = { $pair }: the same { $count }
exec-table-keys-doubled = { $pair }: the same { $count } rows, though { $doubled } keys are there more than once
exec-table-keys-differ = { $pair }: { $differences }
exec-table-missing = { $count } missing in { $table }: { $examples }
exec-table-extra = { $count } only in { $table }: { $examples }
exec-table-uneven = { $count } not as often on both sides: { $examples }
exec-table-groups-same = { $pair }: the same for every value, { $rows } rows in all
exec-table-groups-near = { $pair }: as allowed ({ $allowed }) for every value, { $rows } rows in all
exec-table-groups-differ = { $pair }: { $count } values differ: { $examples }
exec-table-no-column = { $table } has no column '{ $column }'; it has { $known }
exec-table-no-number = { $table }, column { $column }: '{ $value }' is no number
exec-table-no-room = keys that differ cannot be kept on disk: { $why }

wait-file-missing = { $file } is not there yet
wait-file-not-a-file = { $file } is there, but is not a file
wait-file-growing = { $file }: { $size }, still changing
wait-file-stable = { $file }: { $size }, unchanged for { $since } of { $wanted }
wait-file-there = { $file } is there: { $size }
wait-until = until { $at }
wait-until-past = { $at } has come

load-empty = { $file } is empty
load-only-header = { $file } holds a header and no rows: nothing is done with it; skip the step if that is right
load-unreadable = the file cannot be read: { $why }
load-changed = { $file } changed while it was read; nothing was written
load-other-encoding = the file is { $found }, not { $encoding }: correct 'encoding:' or have it sent again
load-bad-encoding = { $count ->
    [one] 1 place of the file is
   *[other] { $count } places of the file are
} not { $encoding }, beginning with line { $lines }: correct 'encoding:' or have it sent again
load-quote-open = a quote that is opened in line { $line } is not closed
load-line-too-long = line { $line } is longer than 4 MiB
load-header-empty = column { $number } of the header has no name
load-header-doubled = '{ $column }' stands twice in the header
load-header-bytes = '{ $column }' holds bytes, which cannot be loaded from a file
load-no-header = none of '{ $names }' is a column of { $table }: the first line has to be a header ({ $known })
load-header-unknown = { $table } has no column '{ $names }', it has: { $known }
load-header-missing = the header lacks columns that may not be empty: { $names }
load-key-unknown = { $table } has no column '{ $column }' for the key
load-key-missing = the header lacks the key column '{ $column }'
load-no-table = there is no table { $table }
load-key-of-many = the key is none: { $table } holds { $rows } rows with { $keys } keys of the file

load-nul = { $column }: holds a NUL character
load-key-empty = { $column }: the key is empty
load-not-null = { $column }: is empty and may not be
load-not-integer = { $column }: '{ $value }' is not a whole number
load-not-number = { $column }: '{ $value }' is not a number
load-number-too-large = { $column }: '{ $value }' has more than { $digits } digits before the point
load-number-too-fine = { $column }: '{ $value }' has more than { $digits } digits after the point
load-number-too-exact = { $column }: '{ $value }' has more than { $digits } digits, which the column would round
load-number-rounds = { $column }: '{ $value }' has more digits than the column holds
load-out-of-range = { $column }: '{ $value }' is not between { $least } and { $most }
load-too-long = { $column }: { $length } characters, longest { $longest }
load-not-date = { $column }: '{ $value }' is not a date like 2026-10-31
load-not-timestamp = { $column }: '{ $value }' is not a time like 2026-10-31 02:05:00
load-time-too-fine = { $column }: '{ $value }' has more than { $digits } digits after the seconds, which the column would round or cut
load-not-json = { $column }: '{ $value }' is not JSON
load-not-boolean = { $column }: '{ $value }' is neither true nor false
load-torn = something stands behind a closing quote
load-ragged = { $found } fields, the header has { $wanted }
load-doubled = the same key as line { $line }
load-refused = the database refuses it: { $why }
load-there = this key is in the table already
load-outside = is not in the part that is replaced: { $part }
load-elsewhere = this key is in the table already, outside the part that is replaced: { $part }
load-rejected-line = line { $line }: { $reason }
load-rejects-line = line
load-rejects-reason = reason
load-rejects-more = … and { $count } more lines
load-rejects-trouble = the file of rejected lines could not be written: { $why }

load-reads = { $lines } lines, { $done } of { $size }
load-compares = { $lines } lines are compared with the table
load-writes = { $lines } lines are written
load-done = { $read } read, { $inserted } inserted, { $updated } updated, { $removed } removed, { $unchanged } unchanged
load-would = would have done: { $read } read, { $inserted } inserted, { $updated } updated, { $removed } removed, { $unchanged } unchanged

exec-flow-no-platform = there is no platform '{ $platform }' in the settings
exec-flow-no-action = platform '{ $platform }' has neither an action of its own for a flow nor 'submit'
exec-flow-no-connection = platform '{ $platform }' has no connection for its SQL
exec-flow-action = { $action }: { $command }
exec-flow-no-id = it printed no id that matches '{ $pattern }': { $line }
exec-flow-no-id-pattern = '{ $action }' of platform '{ $platform }' has no 'id:' pattern
exec-flow-cannot-find = whether { $flow } is on the platform already cannot be found out, so it is not submitted: { $why }
exec-flow-find-unclear = what 'find' printed matches neither its 'id:' nor its 'none:': { $line }
exec-flow-followed = submitted before as { $id }, followed on
exec-flow-found = found on the platform as { $id }: not submitted by us
exec-flow-found-done = done already on the platform as { $id }: not submitted by us
exec-flow-found-failed = found on the platform as { $id }, but it has failed: submitted again
exec-flow-found-anew = found on the platform as { $id }, but it is wanted anew: submitted again
exec-flow-redone = redone on the platform as { $id }, with all that depends on it
exec-flow-anew-waits = { $id } is wanted anew: its present run has to end first
exec-flow-former-end = { $id }: the platform still tells its former end
exec-flow-no-log = the platform's log could not be fetched: { $why }
exec-follow-cannot = platform '{ $platform }' cannot be asked about flows: describe 'find' and 'poll' in the settings
exec-follow-not-there = { $flow } is not on the platform yet for batch { $batch }
exec-follow-done = run by the platform itself as { $id }: only watched
exec-pass-cannot = platform '{ $platform }' does not describe 'force_pass' in the settings
exec-pass-done-already = { $flow } counts as done on the platform already: nothing was done
exec-pass-done = { $flow } was passed: the platform counts it as done
exec-pass-unseen = the platform was told to pass { $flow }; what it says of it now cannot be asked
exec-pass-not-taken = it was told to pass { $flow }, and still says: { $state }
exec-flow-submitted = submitted as { $id }
exec-flow-state = { $id }: { $state }
exec-flow-no-answer = the platform does not answer: { $why }
exec-flow-not-cancelled = could not be cancelled on the platform: { $why }
exec-flow-not-followed = submitted as { $id }; the platform describes no 'poll', so its end is not known

exec-http-bad-url = not an address that can be asked: { $url }
exec-http-bad-header = the header '{ $name }' is not one that can be sent, or its value holds control characters
exec-http-bad-json = with its values the body is not JSON: { $body }
exec-http-unreachable = the server cannot be reached: { $why }
exec-http-answered = the server answered { $status }, { $bytes ->
    [one] 1 byte
   *[other] { $bytes } bytes
}
exec-http-unexpected = nothing in it matches '{ $expect }': { $body }

exec-mail-no-subject = with its values the letter's subject is empty
exec-mail-queued = a letter to { $to }: { $subject }
exec-shadow-not-done = shadow: not done

exec-evidence-failed = cannot be shown: { $why }
exec-evidence-no-outputs = no outputs
exec-evidence-nothing = nothing
exec-evidence-output = output
exec-evidence-value = value
exec-evidence-stopped = stopped before it was gathered
exec-evidence-shadow = not run in a shadow run
exec-ask-unrendered = { $ask } (its values could not be put in: { $why })
exec-probe-failed = { $why }
exec-probe-silent = { $connection } gave no answer within { $after }
