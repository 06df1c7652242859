### The terminal: progress, prompts, tables.

term-by-hand = { $person } (typed by { $hand })
term-by-played = { $person } [played]
term-part-ready = ready
term-part-level = level { $number }
term-part-verify = verify
term-kind-gate = gate
term-kind-notice = notice
term-kind-confirm = confirm before the step
term-kind-review = review after the step

# the screen
term-late = LATE
term-again-at = again at { $at }
term-more-questions = ... { $count } more waiting for a person
term-more-stages = ... { $count } more { $count ->
    [one] stage
   *[other] stages
}
term-more-running = ... { $count } more under way
term-more-lines = ... { $above } above, { $below } below (arrow keys scroll)
term-more-rows = ... { $count } more { $count ->
    [one] row
   *[other] rows
}
term-no-rows = (no rows)
term-interrupt-short = interrupted: what about the steps that run?

# a question
term-interrupted = Nothing more is started. { $count ->
    [one] One step runs.
   *[other] { $count } steps run.
}
term-asked-at = asked { $at }
term-due = due { $at }
term-late-by = LATE by { $by }
term-done-late = done { $by } late
term-late-due = { $late } ({ $due })
term-and = {", "}
term-missing = { $count } to go: { $list }
term-answered = answered: { $list }
term-form = to be filled in:
term-form-default = default { $default }
term-form-optional = may be left out
term-form-needed = needed
term-may-answer = who may answer: { $who }
term-may-not-answer = who may not: { $who }
term-starter = who started the run
term-votes = { $given } of { $wanted } votes
term-values = { $given } of { $wanted } answered
term-attempt = attempt { $number }
term-severity = severity { $number }
term-said-by = { $who }: { $what }
term-gate-timed-out = nobody answered before the deadline
term-event-not-atomic = not atomic
term-log-empty = (its log is empty)

# answering
term-which-value = for which one? (number or name)
term-field = { $field }:
term-field-default = { $field } [{ $default }]:
term-field-optional = { $field } (Enter: leave out):
term-field-who = who said it
term-field-channel = by phone, mail, chat or paper
term-field-told-at = when it was said
term-note = note (Enter: none):
term-note-why = why not? (needed):
term-reason = { $verb }: why? (needed)
term-sure = { $verb } { $step } as { $who }?
term-sure-keys = Enter = yes, Esc = back
term-sure-kill = stop (TERM) everything that runs?
term-sure-leave = leave now? Programs and SQL are stopped; flows on a platform go on, 'resume' follows them.
term-sent = sent, being recorded ...
term-recorded = recorded.
term-answered-by = { $step } has meanwhile been { $verdict } by { $who }.
term-moved-on = { $step } needs no answer any more: it is { $status } now.
term-gone = Nobody answers at this terminal any more; the run goes on. Answers from elsewhere: monthstart gates
term-you-answered = you have answered; others are still asked.
term-no-such-value = that is none of these: type a number or a name
term-note-needed = a rejection needs a reason that others can read
term-reason-needed = a reason is needed: it stays with the step for ever
term-field-needed = this has to be filled in

# verbs
term-verb-confirm = confirm
term-verb-reject = reject
term-verb-retry = retry
term-verb-redo = done anew
term-verb-hold = held
term-verb-release = released
term-verb-void = asked again
term-verb-skip = skip
term-verb-force = force (count as done)
term-verb-settle-done = settle as done
term-verb-settle-failed = settle as failed

# keys
term-key-confirm = [y] confirm
term-key-reject = [n] reject
term-key-ask-again = [r] ask again
term-key-retry = [r] retry
term-key-skip = [s] skip
term-key-force = [f] force
term-key-log = [l] log
term-key-done = [d] it was done
term-key-failed = [n] it failed
term-key-leave-it = [x] leave it
term-key-next = [Tab] next
term-key-wait = [w] wait for it
term-key-kill = [k] kill it
term-key-leave = [l] leave now
term-keys-line = Enter = on, Esc = back, Ctrl-U = empty the line
term-keys-told = Enter = go on
term-keys-log = any key = back

# events
term-event-started = started
term-event-resumed = resumed
term-event-cancelled = cancelled
term-event-submitted = submitted
term-event-again = it was running when its engine went; it only reads or may be repeated, so it runs again by itself
term-event-redo-because = because of { $step }: { $why }
term-event-stage = stage finished: { $title }  ({ $took })
term-by-month-file = by the month file
term-by-when = by its 'when'
term-in-advance = [in advance]
term-stage-named = stage { $title }
term-round = round { $number }
term-shadow = shadow run: it reads, follows, checks and asks; nothing is submitted or written
term-run-held = everything is held since { $at } by { $why }
term-to-release = to let it go: monthstart release --run { $run }
term-held-by = held since { $at } by { $why }
term-voided-by = (done anew { $at } by { $why })
term-former = (done anew since)

# tables
term-started-by = started { $at } by { $who }, { $took }
term-cancelled-by = cancelled { $at } by { $why }
term-driven-by = driven by { $host }, process { $pid }
term-not-driven = nobody drives it: monthstart resume { $run }
term-waiting-for-a-person = WAITING FOR A PERSON: { $count }
term-marks = SKIPPED, FORCED, SETTLED AND VOID
term-stages = STAGES
term-letters = LETTERS
term-part-of = { $stage }, { $part }
term-no-gates = no gate has been asked yet
term-no-runs = no runs yet
term-no-mails = no letters
term-run-waiting = { $count } waiting for a person
term-col-status = status
term-col-run = run
term-col-started = started
term-col-time = time
term-col-remark = remark
term-col-to = to
term-col-attempts = #
term-col-subject = subject

# Another plan for a run that has begun
term-event-renewed = { $who }: { $added } new, { $removed } gone, { $changed } otherwise
term-no-longer = no longer in the runbook
term-no-longer-since = no longer in the runbook since { $at } ({ $who })
term-outdated = done as it was then, now defined otherwise
term-still-runs = its program still runs: process group { $group }
term-verb-renewed = renewed
