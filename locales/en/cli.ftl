### The command line: help, usage errors, what verbs say.

error-line = error: { $text }

help-about = Runs the start of a month from a runbook: levels side by side, gates answered by people, the next shift mailed.
help-options = Options
help-arguments = Arguments
help-word-options = [OPTIONS]
help-word-verb = <VERB>
help-word-values = [possible values: { $values }]
help-word-default = [default: { $value }]
help-template-all =
    {"{about-with-newline}"}
    Usage: {"{usage}"}

    Verbs:
    {"{subcommands}"}

    Options:
    {"{options}"}
help-template-verb =
    {"{about-with-newline}"}
    Usage: {"{usage}"}

    {"{all-args}"}

help-init = Lay out a new project
help-validate = Show every problem of runbooks, settings, roster and months, all at once
help-fmt = Bring files into the one layout
help-plan = Show what would happen: stages, levels, steps, gates, letters
help-schema = Print a JSON Schema for editors
help-run = Start a run and drive it
help-resume = Drive a run on, after a crash, a stop or a halt
help-attach = Watch, and answer, a run that another process drives
help-runs = List the runs
help-status = Show where a run stands
help-gates = Show what waits for a person
help-mails = Show letters and their fate
help-confirm = Answer a gate or a notice with yes
help-reject = Answer a gate or a notice with no
help-retry = Run a failed, lost or rejected step again
help-redo = Do done steps anew
help-hold = Keep steps, or the whole run, from starting
help-release = Let held steps, or the whole run, go on
help-skip = Do not run these steps
help-force = Count these steps as done
help-settle = Say what a lost step really did
help-cancel = Stop a run for good
help-logs = Show what a step printed
help-why = Why something does not run, or failed, or is late, and who can act
help-events = Show the journal
help-verify = Check that a run's journal is as it was written
help-doctor = See whether everything is fit to start, with a fix for what is not
help-demo = Prepare a sandbox and run the shipped month start on it
help-man = Print the manual page
help-completions = Print completions for a shell

help-arg-help = Show this help
help-arg-version = Show the version
help-arg-directory = Work as if started in this folder
help-arg-run-id = The run that is meant
help-arg-store = The journal, in place of the project's
help-arg-profile = The overlay of the settings: monthstart.NAME.yaml
help-arg-as-person = Act as this person of the roster
help-arg-json = Answer in JSON
help-arg-lang = The language of answers
help-arg-verbose = Tell more about what goes on inside
help-arg-yes = Answer in advance every gate and notice that you may answer alone
help-arg-detach = Let it go on in the background, whatever becomes of the terminal
help-arg-stand-by = Wait until nobody drives the run any more, then take it over
help-arg-no-wait = Leave when only people or time can move the run on
help-arg-progress = How progress is shown
help-arg-runbook = The runbook's file
help-arg-month = The accounting month, 2026-10
help-arg-params = A parameter of the runbook
help-arg-step = The step: its name, or stage/name
help-arg-why-step = The step: its name, or stage/name; left out: the whole run
help-arg-fix = Make the state folder, and take others' rights to it away
help-arg-steps = The steps: their names, or stage/name
help-arg-note = What you want to have kept with your answer
help-arg-set = A field of the gate's form
help-arg-for-value = The value that the answer is for
help-arg-reason = Why; kept for ever
help-arg-downstream = With everything that depends on them
help-arg-shadow = Read, follow, check and ask everything; submit and write nothing
help-arg-run = The run; left out: the open one, else the latest
help-arg-send = Send what is queued now
help-arg-as-done = It was done
help-arg-as-failed = It failed
help-arg-attempt = Which attempt; left out: the latest
help-arg-follow = Go on showing what is printed, until the step ends
help-arg-plan = Show what would change, change nothing
help-arg-latest = Go on by the runbook as it is on disk now; what is done stays done
help-arg-dir = The folder
help-arg-files = The files; left out: the whole project
help-arg-format = How it is shown
help-arg-kind = Of which kind of file
help-arg-check = Change nothing; name the files that are not in the layout
help-arg-against = Tell in words what changed since this git revision
help-arg-shell = Which shell

usage-unknown-argument = there is no option '{ $what }'. See --help.
usage-unknown-argument-meant = there is no option '{ $what }'; did you mean '{ $meant }'?
usage-unknown-verb = there is no verb '{ $what }'. See --help.
usage-unknown-verb-meant = there is no verb '{ $what }'; did you mean '{ $meant }'?
usage-value-missing = '{ $what }' wants a value.
usage-bad-value = '{ $value }' is not a value of '{ $what }'. See --help.
usage-bad-value-known = '{ $value }' is not a value of '{ $what }'; there is: { $known }
usage-missing = missing: { $what }. See --help.
usage-conflict = '{ $what }' does not go with '{ $other }'.
usage-other = the command line cannot be read: { $text }. See --help.
usage-month = '{ $value }' is not a month: write it like 2026-10.
usage-pair = '{ $value }' is not KEY=VALUE.
usage-no-file = there is no file { $path }.
usage-folder = { $path } is a folder: name a runbook's file.
usage-no-folder = there is no folder { $path }.
usage-two-projects = { $path } belongs to another project: one project at a time.
usage-no-run-yet = there is no run yet: 'monthstart run RUNBOOK' starts one.
usage-several-open = several runs are open: { $runs }. Say which with --run.
usage-no-such-run = there is no run '{ $run }'; there is: { $runs }
usage-no-such-run-meant = there is no run '{ $run }'; did you mean { $meant }?
usage-no-step = there is no step '{ $step }' in { $run }; 'monthstart status' lists them.
usage-no-part = nothing that is done belongs to '{ $value }'
usage-set-twice = the field '{ $field }' is set twice
usage-no-step-meant = there is no step '{ $step }'; did you mean '{ $meant }'?
usage-step-ambiguous = '{ $step }' could be any of { $steps }: write stage/name.
usage-reason = { $option } must say why: it is kept for ever.
usage-no-attempt = { $step } has no attempt { $attempt }; the latest is { $latest }.

month-file-name = months/{ $name } is of no month: its name must read like 2026-10.yaml.
file-missing = there is no file { $path }.
file-outside = { $path } lies outside the project's folder: files stay below it.
file-not-regular = { $path } is not a regular file.
file-too-large = { $path } is larger than { $limit } MiB.
file-unreadable = { $path } cannot be read: { $why }.
file-unwritable = { $path } cannot be written: { $why }.
setting-no-variable = the settings want the environment variable { $name }, which is not set.

plan-not-executable = { $count ->
    [one] one step uses
   *[other] { $count } steps use
  } what this version can check but not carry out yet, so nothing was started: { $steps }
validated = { $count ->
    [one] One runbook is
   *[other] { $count } runbooks are
  } in order, and so are settings, roster and months.
fmt-odd = { $path }:{ $line }: the layout has no place for what stands here; the file is left as it is.
fmt-unlike = { $path } would not say the same in the layout; the file is left as it is.
init-exists = { $path } is there already: nothing was written.
init-done = The project is laid out. Next: put your people into roster.yaml, then: monthstart run { $path } --as PERSON

preview-step = { $step }: { $from } -> { $to }
preview-may-start = { $step } may start then
preview-run = the run: { $from } -> { $to }
preview-void = { $gate }: { $from } -> { $to }, void: the answer of { $who }; it is asked again
preview-stopped = { $step } runs: it would be stopped
preview-round = The run would be reopened as round { $number }
preview-nothing = Nothing would change.

recorded-answer = { $step }: { $verdict } by { $by }, recorded. The gate is { $status }.
recorded-retry = { $steps }: runs again, recorded for { $by }.
recorded-redo = { $steps }: done anew, recorded for { $by }.
recorded-already = It is so already: nothing was recorded anew.
recorded-hold = { $steps }: held, recorded for { $by }.
recorded-hold-run = { $run }: held, nothing more starts; recorded for { $by }.
recorded-release = { $steps }: released, recorded for { $by }.
recorded-release-run = { $run }: everything is released, recorded for { $by }.
recorded-skip = { $steps }: skipped, recorded for { $by }.
recorded-force = { $steps }: counts as done, recorded for { $by }.
recorded-settle-done = { $step }: settled as done, recorded for { $by }.
recorded-settle-failed = { $step }: settled as failed, recorded for { $by }.
recorded-cancel = { $run }: cancelled, recorded for { $by }.
nobody-drives = Nobody drives this run now: monthstart resume { $run }

run-exists-open = { $run } is open: go on with 'monthstart resume { $run }'.
run-exists-done = { $run } has been run already ({ $status }): one run for a runbook and month.
run-is-over = { $run } is over ({ $status }): there is nothing to resume.
run-is-driven = { $run } is driven by process { $pid } on { $host } already: answer its gates from here, it goes on by itself.
stand-by-waits = stands by: { $run } is driven by process { $pid } on { $host }; taken over when that one is gone.
stand-by-takes = takes { $run } over.
lease-bad = MONTHSTART_LEASE is not a duration: '{ $value }' (as in 20s).
run-stranger = { $person } is nobody of this project's roster and may look but not run anything: say who acts with --as PERSON.
run-needs-operator = { $person } is no operator: only operators start and resume runs.

attach-watching = Watching { $run }, driven by process { $pid } on { $host }. Ctrl-C ends only the watching; the run goes on.
attach-not-driven = nobody drives { $run }, so there is nothing to watch: go on with 'monthstart resume { $run }'.
attach-over = { $run } is over ({ $status }): look at it with 'monthstart status { $run }'.
attach-left = No longer watching { $run }; it goes on. To watch again: monthstart attach { $run }
attach-engine-gone = Whoever drove { $run } has gone, and it stands still: monthstart resume { $run }
detached = { $run } goes on in the background (process { $pid }).
    Watch and answer: monthstart attach { $run }
    Look:             monthstart status { $run }
    What it says:     { $log }
detach-slow = process { $pid } in the background has not begun { $run } within 10 s: see { $log }, then 'monthstart status'.
detach-failed = nothing could be started in the background: { $why }. What it says is in { $log }.

end-succeeded = { $run } is done: every step succeeded, was skipped or forced.
end-halted = { $run } halted: { $steps } { $count ->
    [one] needs
   *[other] need
  } a decision (retry, skip, force, settle). Then: monthstart resume { $run }
end-cancelled = { $run } is cancelled.
end-waiting = { $run } waits for people or time: monthstart gates { $run }. Then: monthstart resume { $run }
end-interrupted = { $run } was left. Everything is kept: monthstart resume { $run }
end-letters-queued = { $count ->
    [one] one letter is
   *[other] { $count } letters are
  } still queued: { $why }. Sent with the next run or resume, or now: monthstart mails --send
end-letters-failed = { $count ->
    [one] 1 letter has reached nobody
   *[other] { $count } letters have reached nobody
  }, and none is tried again: { $why }. Tell those it was for; which: monthstart mails
letters-store = what becomes of them cannot be written down ({ $why })
letters-late = they were not taken within { $seconds } seconds
letters-turn = Another process is sending letters; this one goes on when it is done.
letters-elsewhere = another process has taken them to be sent
no-letters-sent = Nothing is queued.
letters-sent = { $sent } sent, { $queued } still queued, { $failed } failed.
mail-unusable = letters stay queued: { $why }

logs-none = { $step } has printed nothing: it has not run.
logs-no-file = { $step }: the log of attempt { $attempt } cannot be read ({ $path }).
logs-gate = { $step } is a gate: it prints nothing.

demo-building = Preparing the sandbox warehouse for { $month } (13 localities, 12 months of history) …
demo-built = The warehouse is ready in { $dir }.
demo-in-the-way = { $dir } holds runs that are not the demo's: nothing was touched. Choose another folder: monthstart demo DIR
demo-left = You are zhang.wei. Two things that li.na is asked (the localised notice, the second vote) are left to you for a
    minute, in another terminal: monthstart attach -C { $project } --as li.na
demo-running = a demo is running in { $dir } (process { $pid }): watch it with 'monthstart status -C { $dir }'.
demo-sandbox-broken = the sandbox cannot be used: { $why }
demo-where = Letters: { $letters }
    Logs:    { $logs }
    Tables:  { $tables }
    Look:    monthstart status -C { $project }
demo-world-stopped = the played world stopped: { $why }
