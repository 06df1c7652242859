### Letters: the words of a handover, and what can go wrong with sending.

mail-subject = [month start] { $month } { $stage } is done ({ $run })
mail-subject-shadow = [shadow]
mail-shadow = [shadow] Letter of a shadow run: it read, followed, checked and asked; nothing was submitted or written.
mail-round = round { $number }
mail-title = { $stage } is done
mail-and = {", "}
mail-no-address = { $name } (no address: did not get this letter)
mail-span = { $from } to { $to }, took { $took }

mail-fact-run = Run
mail-fact-stage = Stage
mail-fact-month = Month
mail-fact-round = Round
mail-fact-deadline = Due
mail-fact-span = Time
mail-fact-status = Run is
mail-fact-waits = Waits
mail-waits = { $open ->
    [one] 1 gate for an answer
   *[other] { $open } gates for an answer
}, { $troubled ->
    [one] 1 failed or lost step for a decision
   *[other] { $troubled } failed or lost steps for a decision
} (below)
mail-fact-to = For

mail-attention = { $count ->
    [one] Look at this first (1 thing)
   *[other] Look at these first ({ $count } things)
}
mail-attention-none = Nothing was forced, skipped or repaired
mail-mark-forced = forced
mail-mark-settled = lost, said to be done
mail-mark-skipped = skipped
mail-mark-month = not this month
mail-mark-repaired = had failed
mail-mark-was-forced = was forced, done anew since
mail-mark-was-skipped = was skipped, done anew since
mail-mark-redone = done anew
mail-mark-held = held
mail-mark-run-held = everything is held
mail-mark-late = late
mail-done-late = was due { $at }: done { $by } late
mail-deadline-kept = { $at }, kept
mail-deadline-missed = { $at }, done { $by } late
mail-voided-by = void, done anew: { $told }
mail-why = why: { $why }
mail-agreed = agreed: { $who }
mail-repaired = { $failures ->
    [one] failed once
   *[other] failed { $failures } times
}, succeeded at attempt { $attempts }
mail-not-repaired = { $failures ->
    [one] failed once
   *[other] failed { $failures } times
}, { $attempts ->
    [one] one attempt
   *[other] { $attempts } attempts
} in all
mail-begun-again = { $attempts ->
    [one] begun once
   *[other] begun { $attempts } times
}
mail-retried-by = retried: { $told }

mail-decisions = Who confirmed what
mail-by-hand = { $name } (by the hand of { $hand })
mail-played = played
mail-in-advance = in advance
mail-note = note: { $note }
mail-form-who = said by
mail-form-channel = channel
mail-form-told_at = said at
mail-channel-phone = phone
mail-channel-mail = mail
mail-channel-chat = chat
mail-channel-paper = paper

mail-steps = Steps
mail-part-ready = Ready
mail-part-level = Level { $number }
mail-part-verify = Verify
mail-attempts = { $count ->
    [one] 1 try
   *[other] { $count } tries
}
mail-more = { $count ->
    [one] 1 more remark
   *[other] { $count } more remarks
}

mail-next = What comes next
mail-next-nothing = What comes next: nothing waits for a person
mail-next-green = What comes next: nothing, every stage is done
mail-asked = asked: { $who }
mail-any-operator = any operator
mail-role = { $role } ({ $names })
mail-votes = { $given } of { $total } votes
mail-each-open = { $count } to go: { $list }
mail-since = open since { $at }
mail-retry-at = retried by itself at { $at }
mail-may-start = may start
mail-stages = The other stages
mail-stage-marks = { $forced } forced, { $skipped } skipped
mail-progress = { $done }/{ $total }
mail-deadline = due { $at }
mail-deadline-passed = was due { $at }: late by { $by }
mail-waits-for = waits for { $names }
mail-this-month = Agreed not to run this month

mail-look = To see where it stands now:
mail-basis = Rests on the journal's record { $seq }, written { $at } ({ $zone }).

mail-error-from = mail.from is no mailbox: { $text }. Write it like: Operations <ops@example.com>
mail-error-no-recipient = none of the recipients has a valid address
mail-error-message-id = the letter's Message-ID is not valid
mail-error-build = the message could not be put together: { $why }
mail-error-address = not a valid address
mail-error-utf8 = { $host } takes no addresses beyond ASCII (SMTPUTF8)
mail-error-timeout = { $host } did not finish answering within { $after }
mail-error-server = { $host }: { $why }
mail-error-tls = no encrypted connection to { $host }: { $why }
mail-error-no-starttls = { $host } does not offer STARTTLS; nothing was sent in clear. For a trusted relay without TLS set starttls: none under mail
mail-error-login = { $host } refuses the login, not tried again by this run so that the account is not locked: { $why }
mail-error-file = cannot write to { $folder }: { $why }

mail-setup-url = mail.smtp is smtps://HOST:PORT or smtp://HOST:PORT; user and password have keys of their own: { $text }
mail-setup-secret = mail.{ $key } cannot be had: { $why }
mail-setup-half-a-login = mail.user and mail.password go together
mail-setup-ca = the settings for the mail server's certificate cannot be used: { $why }
