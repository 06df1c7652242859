### `man`: the manual page.

man-name = NAME
man-synopsis = SYNOPSIS
man-description = DESCRIPTION
man-verbs = VERBS
man-options = OPTIONS OF EVERY VERB
man-exit = EXIT STATUS
man-environment = ENVIRONMENT
man-files = FILES
man-examples = EXAMPLES

man-about =
    monthstart runs the start of a month from a runbook: stages with steps that run side by side level by level, gates that people answer, letters to the next shift.

    A runbook is a YAML file of a project's folder. A run is a runbook for one accounting month. All that happens to a run is recorded in a journal before it is done, so that a run survives a lost terminal, a stop and a crash: 'monthstart resume' takes it up again.

    Every verb that decides works from any terminal, whether somebody drives the run or nobody does. STEP is a name, or stage/name where a name is not unique; name#confirm and name#review are the gates of a step. RUN is like month-start/2026-10; left out it is the open run, else the latest.

man-exit-0 = done; of verbs that only look: readable, whatever it says
man-exit-1 = unexpected error; of 'verify': the journal is not as it was written
man-exit-2 = usage: unknown file, run, step or parameter, or a bad value
man-exit-3 = runbook, settings, roster or month file invalid; nothing was started
man-exit-4 = halted (a failed, rejected or lost step needs a decision), or cancelled
man-exit-5 = waiting for people or time
man-exit-6 = refused: not allowed, wrong state, already decided, month already run
man-exit-7 = store, platform or mail out of reach
man-exit-130 = interrupted, resumable

man-env-state = the folder that takes the place of .monthstart everywhere
man-env-store = as --store
man-env-profile = as --profile
man-env-lang = the language of answers, and their encoding: zh_CN.GBK gets GBK
man-env-no-color = no colours, when it is set
man-env-term = no screen, only lines, on a terminal that is dumb
man-env-path = where programs of steps are looked for

man-file-settings = settings of the project: connections, platforms, mail, time zone
man-file-overlay = what is different with --profile NAME
man-file-roster = people, roles, shifts, where the settings name it
man-file-runbook = runbooks
man-file-month = what is different in one month
man-file-journal = events, plans and letters of all runs
man-file-logs = what steps printed, a file an attempt
man-file-mail = letters, where no mail server is named
man-file-locks = who drives which run, and places on platforms

man-example-validate = shows every problem of the project's files
man-example-run = starts the month and drives it
man-example-confirm = answers a gate from another terminal
man-example-why = what the run waits for, and who can act
man-example-resume = drives the run on after a stop or a crash
