### `verify`: is the journal as it was written?

verify-whole = { $run }: { $events } events, whole, head { $head }
verify-broken = { $run } is not as it was written: { $what } Nothing was changed; what was written stands in your backup.
verify-number = where event { $wanted } should stand there is { $found }: events are missing or were put in.
verify-hash = event { $seq } does not fit its hash: it, or what stood before it, was changed.
verify-unreadable = event { $seq } fits its hash and cannot be read by this program ({ $why }).
verify-head = event { $seq } is the last one, but it is not the one that the run was left with: events are missing at the end or were put there.
verify-plan = the run's plan cannot be read ({ $why }).
verify-row = the run's row says { $column } { $found }, its events come to { $wanted }.
verify-row-unreadable = the run's row cannot be read ({ $why }).
verify-letter = letter { $id } belongs to event { $seq }, which is not there.
