latest-head = { $file } as it is on disk now, for { $run }:
latest-nothing = { $file } says what { $run } goes by already: nothing is different.
latest-kept = { $count ->
    [one] One step is as it was
   *[other] { $count } steps are as they were
  }.
latest-stays = { $step }: done as it was at { $at }; now defined otherwise: redo it if it has to be done again
latest-again = { $step }: runs again
latest-goes-on = { $step }: in flight; it goes on as it was begun, and the next resume --latest takes its new definition
latest-changed = { $step }: not done yet; it runs as it is defined now
latest-runs = { $step }: new, and its turn has come: it runs at once
latest-added = { $step }: new; it runs when its turn comes
latest-removed = { $step }: no longer in the runbook; it was { $status }, and what is known of it stays in status and journal
latest-removed-untouched = { $step }: no longer in the runbook; it had not begun
latest-void = { $gate }: void: the answer of { $who }; it is asked again
latest-is-driven = { $run } is being driven by the runbook that it has: end its engine first (Ctrl-C twice there, or SIGTERM; what runs goes on), then come again.
latest-asked-again = { $gate }: asked anew
latest-reopened = { $stage }: was finished and is not any more; what comes after it waits again
latest-choose = Which of these done steps run again? Their numbers, "all", or Enter for none:
latest-downstream = With everything that depends on them? y or Enter for no:
latest-not-understood = "{ $answer }" is none of these.
latest-unanswered = nobody answered: nothing was changed.
latest-reason = the runbook was renewed
latest-no-file = { $file }, from which { $run } was started, is not there any more: put it back, or go on without --latest. Nothing was changed.
latest-no-book = no runbook of this project is called { $name }: { $run } goes on without --latest. Nothing was changed.
latest-several-books = several runbooks are called { $name } ({ $files }), and { $run } began before its file was kept: leave one of them in the project. Nothing was changed.
latest-other-run = { $file } is { $found } now, not { $run }: a run takes in its own runbook and month only. Nothing was changed.
recorded-renewed = { $run }: goes on by the runbook as it is on disk now, recorded for { $by }.

refused-other-run = this is a plan of { $run }: a run takes in its own runbook and month only.
refused-in-flight = { $count ->
    [one] { $steps } is
   *[other] { $steps } are
  } in flight and no longer in the runbook: let it end first (resume without --latest), or put it back. Nothing was changed.
refused-uses = { $step } is in flight and uses { $uses }, which is no longer in the runbook: let it end first (resume without --latest). Nothing was changed.
refused-has-votes = { $step } is asked, has answers, and is no longer in the runbook: answer it to its end first, or put it back. Nothing was changed.
refused-no-step = { $step } is no longer in the runbook that the run goes by.

mail-no-longer = No longer in the runbook
mail-outdated = done as it was then, now defined otherwise

loss-engine = it was running when the engine died, and nothing can tell how it ended: look it up, then say so
loss-left = the engine was told to leave and cut it short, and nothing can tell how far it came: look it up, then say so
loss-keeper = the keeper of its program is gone (killed, or the machine restarted): the program may still run, and nothing can tell how it ended; look for it, then say so
loss-elsewhere = it began on { $host }, and only there it can be looked up: look there, then say so
loss-parked = { $engines } engines died with it, one after the other, so it does not begin again by itself: look why, then have it run again or say how it ended
attach-renewed = { $run } goes on by its runbook as it is on disk now: attach again to see it.
logs-next-attempt = { $step }: attempt { $attempt } begins.
logs-taken = { $step }: the log of attempt { $attempt } was taken away or begun anew ({ $path }). What is added to that file from now on is shown; what went before, and what still goes into the old one, is not.
why-still-runs = Process group { $group } of it still runs on this host.
logs-nothing = { $step }: attempt { $attempt } has printed nothing, or its log was taken away ({ $path } is not there).
