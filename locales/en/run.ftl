### What happens to a run: status words, failures, refusals.

step-status-pending = pending
step-status-held = held
step-status-running = running
step-status-retrying = retrying
step-status-waiting = waiting
step-status-succeeded = succeeded
step-status-failed = failed
step-status-lost = lost
step-status-skipped = skipped
step-status-forced = forced

run-status-running = running
run-status-waiting = waiting
run-status-halted = halted
run-status-succeeded = succeeded
run-status-cancelled = cancelled

stage-status-pending = pending
stage-status-running = running
stage-status-waiting = waiting
stage-status-halted = halted
stage-status-succeeded = succeeded
stage-status-cancelled = cancelled

gate-status-pending = pending
gate-status-open = open
gate-status-confirmed = confirmed
gate-status-rejected = rejected
gate-status-void = void
gate-status-timed_out = timed out

mail-status-queued = queued
mail-status-sent = sent
mail-status-failed = failed

verdict-confirmed = confirmed
verdict-rejected = rejected

failure-not-started = could not start: { $why }
failure-denied = could not log in, and is not tried again by itself so that the account is not locked: { $why }
failure-in-doubt = the connection broke while the transaction was being completed; look whether it took effect before trying again: { $why }
failure-exit = ended with exit code { $code }: { $line }
failure-exit-silent = ended with exit code { $code } and said nothing
failure-signal = was ended by signal { $signal }
failure-timed-out = took longer than { $after } and was stopped
failure-in-doubt-marked = the connection broke while the transaction was being completed, and the server could not be reached again; resume or retry: its marker tells whether it took effect, and nothing is done twice: { $why }
loss-unmarked = it ran without a marker in its database when the engine died, so nothing can tell whether it took effect: look it up, then say so
loss-unheard = the answer to its commit was lost: its marker tells whether it took effect
loss-partly = it had begun, and a part of it was committed before its end: look up how far it came, then say so
failure-sql = statement { $statement } was refused, nothing of it remains: { $why }
failure-sql-left = statement { $statement } was refused; what committed by itself or was done to tables without transactions remains: { $why }
failure-rejected = { $rejected } of { $read } lines are wrong, nothing was written; they are in { $file }: { $told }
failure-rejected-unkept = { $rejected } of { $read } lines are wrong, nothing was written: { $told }
failure-unmet = does not hold: { $found }
failure-flow = the platform says that it failed: { $reason }
failure-answer = the server answered { $status }: { $why }
failure-no-answer = sent, but no answer came, so nobody knows whether it was done: { $why }
failure-output = its outputs could not be read: { $why }
failure-cancelled = stopped by a person

refused-may-not-decide = { $person } may look but not decide: not an operator of this project's roster. Say who decides with --as PERSON.
refused-not-asked = { $person } is not among those who are asked here ({ $asked }).
refused-excluded = { $person } may not answer this one: its 'except' names them.
refused-wrong-state = { $step } is { $status }: '{ $verb }' cannot be done with it now. See 'monthstart why { $step }'.
refused-skipped-this-month = { $step } is skipped by the month file: take its entry out there, then 'monthstart resume --latest'.
refused-marked = { $step } is { $status } already, by { $by }: nothing was recorded.
refused-held-already = the run is held already, by { $by }: nothing was recorded.
refused-decided = { $step } was already { $verdict } by { $by }.
refused-is-a-gate = { $step } is a gate: it is answered with 'confirm' or 'reject', never walked round.
refused-run-is-over = the run is over ({ $status }).
refused-not-a-gate = { $step } is not a gate: there is nothing to answer.
refused-disagrees = { $by } has said { $field } = { $said }, not { $value }: whoever votes together vouches for the same. Say the same, or reject it.

field-text = one line of text
field-integer = a whole number from { $min } to { $max }
field-boolean = true or false
field-month = a month such as 2026-10
field-date = a date such as 2026-10-31
field-choice = one of { $words }

form-unknown = there is no field '{ $field }'; there is: { $known }
form-missing = the field '{ $field }' has to be filled in: --set { $field }=VALUE
form-bad = '{ $value }' is not what '{ $field }' takes: { $wanted }
form-value = this gate wants one answer for every value: --for one of { $known }
form-no-value = this gate is answered as a whole: leave --for out
form-no-note = a rejection needs a reason: --note TEXT

store-behind = another process recorded something first; nothing was changed. Look again.
store-run-exists = { $run } exists already: 'monthstart resume { $run }' goes on with it.
store-no-such-run = there is no run { $run }; 'monthstart runs' lists what there is.
store-unusable = the store cannot be used: { $path }: { $why }. Nothing was started; make it a writable folder or file of yours.
store-database = the store does not answer: { $path }: { $why }. What was recorded is safe; nothing more was started. Look at the disk, then 'monthstart resume'.
store-newer = { $path } was written by a newer monthstart (version { $found }): use that one; nothing was changed.
store-damaged = { $path } cannot be read: { $why }. It was left as it is: restore it from a backup, or move it away to begin anew.
store-unknown = there is no store of the kind '{ $url }': use sqlite:PATH or postgres://USER@HOST/DATABASE.
store-shared = { $path } lies on { $kind }, which several machines share: a journal in a file breaks there. Put the state folder on a disk of this machine (MONTHSTART_STATE), or keep the journal on PostgreSQL (store: postgres://…).
store-gone = the journal cannot be reached: { $path }: { $why }. What was recorded is safe; nothing more was started. When the server is there again: 'monthstart resume'.
store-denied = the journal's server refuses: { $path }: { $why }. Nothing was started; look at the user, the password and the rights in the store's URL.
store-bad-url = the store's URL cannot be read: use postgres://USER@HOST:PORT/DATABASE?schema=NAME.
store-bad-option = the store's URL has an option that is not known: '{ $option }'.
store-taken-over = { $run } was taken over: process { $pid } on { $host } drives it now. This engine has stopped and writes nothing more; the programs that it began run on.
store-taken-away = { $run } was taken over by another engine. This engine has stopped and writes nothing more; the programs that it began run on.
store-waits = the journal cannot be reached: { $path }: { $why }. What runs goes on, nothing new starts; it is tried again and again.
store-back = the journal can be reached again.
