### `why`: reasons, and who can act.

why-succeeded = it is done.
why-skipped-when = it does not run: what its 'when' asks is not so.
why-skipped-month = it does not run this month: { $why }
why-skipped = it was skipped. { $who }
why-forced = it counts as done. { $who }
why-running = it runs since { $at } ({ $span }).
why-running-flow = it runs since { $at } ({ $span }), as { $flow } on platform { $platform }.
why-watching = it looks again and again since { $at } ({ $span }) until what it waits for outside is so.
why-unfollowed = Nobody drives the run: nobody hears how it ends until it is resumed.
why-retrying = it failed and is tried again at { $at }: { $why }
why-asks = it asks since { $at } ({ $span }).
why-question = Question: { $ask }
why-wanted-for = { $value }: { $given } of { $wanted } confirmations
why-failed = it failed at { $at }: { $why }
why-rejected = it was rejected. { $who }
why-cancelled = the run is cancelled: nothing more starts. { $who }
why-stopped = nothing more starts: { $steps } failed, and that is told to stop the whole run.
why-held = it is held since { $at }. { $who }
why-held-run = the whole run is held since { $at }: nothing more starts. { $who }
why-also-held = When its turn comes it is still held. { $who }
why-undriven = its turn has come, and nobody drives the run.
why-full-run = the run may do { $limit } steps at a time; now there are: { $steps }
why-full-stage = its stage may do { $limit } steps at a time; now there are: { $steps }
why-full-platform = platform { $platform } may do { $limit } flows at a time; now there are: { $steps }
why-starts = its turn has come: it starts now, or as soon as another run leaves its platform a place.
why-waits = its turn has not come: something before it is not done.
why-void = An answer of { $answer } counts no more, because what it rested on is done anew. { $who }
why-need = step { $step }, which it needs
why-phase = { $stage }, { $part }: { $left } of { $of } not done
why-waiting = wait in their turn: { $steps }
why-more-steps = ... and others
why-and-more = { $names } and { $count } more
why-who-asked = Can answer: { $people }
why-who-operators = Can act: { $people }
why-who-anybody = Can act: anybody who may use this project (it has no roster)
why-who-no-one = Nobody of the roster may do that now.
why-who-itself = Nobody has to act: it goes on by itself.
why-who-nobody = That is for good.
why-late = late by { $by }: the deadline was { $deadline }
why-late-stage = stage { $stage } is { $late }
why-run-done = Every step is done.
why-holds = { $count ->
    [0] nothing waits for it
    [one] one step waits for it
   *[other] { $count } steps wait for it
  }
why-more-causes = ... and { $count } more; all of them: monthstart why --json
