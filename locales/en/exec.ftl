### What doing a step says: why it could not begin, what came of it, what is shown to those who decide.

exec-broke = something in monthstart itself broke: { $why }
exec-not-yet = '{ $what }' cannot be executed yet
exec-no-variable = the environment variable { $name } is not set
exec-no-command = there is no program to start
exec-no-program = there is no program '{ $program }' (looked for on PATH, or from the project's folder where it is a path)
exec-no-interpreter = '{ $program }' is there, but not the interpreter that its first line names
exec-no-folder = the project's folder { $folder } is not there
exec-program-not-started = '{ $program }' could not be started: { $why }
exec-log-gap = … { $bytes } bytes left out …
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
exec-sql-left = { $why } (tables without transactions were changed too: what was done to them remains)
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
load-too-long = { $column }: { $length } characters, longest { $longest }
load-not-date = { $column }: '{ $value }' is not a date like 2026-10-31
load-not-timestamp = { $column }: '{ $value }' is not a time like 2026-10-31 02:05:00
load-not-boolean = { $column }: '{ $value }' is neither true nor false
load-torn = something stands behind a closing quote
load-ragged = { $found } fields, the header has { $wanted }
load-doubled = the same key as line { $line }
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
exec-flow-http = platform '{ $platform }': http cannot be executed yet
exec-flow-action = { $action }: { $command }
exec-flow-no-id = it printed no id that matches '{ $pattern }': { $line }
exec-flow-no-id-pattern = '{ $action }' of platform '{ $platform }' has no 'id:' pattern
exec-flow-cannot-find = whether { $flow } is on the platform already cannot be found out, so it is not submitted: { $why }
exec-flow-followed = submitted before as { $id }, followed on
exec-flow-found = found on the platform as { $id }
exec-flow-found-failed = found on the platform as { $id }, but it has failed: submitted again
exec-flow-submitted = submitted as { $id }
exec-flow-state = { $id }: { $state }
exec-flow-no-answer = the platform does not answer: { $why }
exec-flow-not-cancelled = could not be cancelled on the platform: { $why }
exec-flow-not-followed = submitted as { $id }; the platform describes no 'poll', so its end is not known

exec-evidence-failed = cannot be shown: { $why }
exec-evidence-no-outputs = no outputs
exec-evidence-nothing = nothing
exec-evidence-output = output
exec-evidence-value = value
exec-evidence-stopped = stopped before it was gathered
exec-ask-unrendered = { $ask } (its values could not be put in: { $why })
