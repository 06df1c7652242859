### `doctor`: what was looked at, and how it is put right.

doctor-level-ok = ok
doctor-level-warning = warning
doctor-level-problem = problem

doctor-area-settings = settings
doctor-area-roster = roster
doctor-area-person = person
doctor-area-state = state folder
doctor-area-store = journal
doctor-area-connection = connection
doctor-area-platform = platform
doctor-area-mail = mail
doctor-area-clock = clock
doctor-area-terminal = terminal

doctor-fix = Fix: { $text }
doctor-end = { $problems ->
    [0] Fit to start
    [one] One problem
   *[other] { $problems } problems
  }, { $warnings ->
    [0] no warnings.
    [one] one warning.
   *[other] { $warnings } warnings.
  }

doctor-settings-good = in order: { $connections } connections, { $platforms } platforms
doctor-settings-invalid = { $count ->
    [one] one mistake
   *[other] { $count } mistakes
  } in settings or roster: no run starts.
doctor-settings-warnings = { $count ->
    [one] one warning
   *[other] { $count } warnings
  } in settings or roster.
doctor-validate-fix = monthstart validate shows each in its line.
doctor-no-settings = there is no monthstart.yaml in { $folder }: everything is as if it were empty.
doctor-no-settings-fix = go to the project's folder, name it with -C, or lay one out: monthstart init
doctor-no-variable = { $key } comes from the environment variable { $name }, which is not set.
doctor-no-variable-fix = set { $name } where monthstart is started.
doctor-no-secret-fix = make the file, with mode 600, or let { $key } come from elsewhere.
doctor-open-secret = { $key } comes from { $path }, which other users of this machine may read or write.
doctor-chmod-fix = chmod { $mode } { $path }
doctor-insecure = { $connection } does not verify its server: whoever stands between can read and change everything.
doctor-insecure-fix = have the server's certificate signed by an authority that this machine trusts, and remove 'insecure: true'.

doctor-platform-good = { $platform }: { $count ->
    [one] one action
   *[other] { $count } actions
  }, programs found
doctor-platform-no-find = { $platform } has no 'find': whether a flow was started already, by others or before a crash, cannot be seen.
doctor-platform-no-find-fix = describe 'find' beside 'submit'.
doctor-platform-no-cancel = { $platform } has no 'cancel': flows of a cancelled run go on there.
doctor-platform-no-cancel-fix = describe 'cancel' where the platform can do it.
doctor-no-program = { $platform } is asked by { $program }, which is neither in PATH nor in the project as a program.
doctor-no-program-fix = install it, make it executable (chmod +x), or name it by its path.

doctor-no-roster = there is no roster: whoever can start monthstart here may decide everything, and no letter has a reader.
doctor-no-roster-fix = write roster.yaml and name it in monthstart.yaml ('roster: roster.yaml').
doctor-roster-good = { $people } people, { $shifts } shifts; somebody is on at every hour of the coming day
doctor-gap = nobody is on from { $at } (in all { $span } of the coming 24 hours), and there is no fallback: letters have no reader then.
doctor-gap-fallback = nobody is on from { $at } (in all { $span } of the coming 24 hours): letters go to the fallback ({ $people }).
doctor-gap-fix = complete 'rota' or 'overrides' of the roster, or name a 'fallback'.
doctor-no-email = no letter reaches { $people }: no e-mail address.
doctor-no-email-fix = give them an 'email' in the roster.
doctor-person-good = the user { $user } acts as { $person }
doctor-stranger = the user { $user } is not one person of the roster: may look, but start and decide nothing.
doctor-stranger-fix = name it as 'os_user: { $user }' of one person of the roster, or say --as PERSON.
doctor-denied = { $why }
doctor-no-operator = { $person } is no operator: may answer what they are asked, but not start or steer runs.
doctor-no-operator-fix = give them the role 'operator' in the roster, or let an operator start.

doctor-state-good = { $path }: ours alone, writable
doctor-state-none = { $path } is made with the first run
doctor-state-no-folder = { $path } is a file or a link, and must be a folder.
doctor-state-foreign = { $path } belongs to another user, or cannot be written.
doctor-state-fix = let the user that runs monthstart own it (chown), or name another folder with MONTHSTART_STATE.
doctor-state-open = other users of this machine may look into { $path } ({ $count } in all).
doctor-state-open-fix = monthstart doctor --fix
doctor-disk-little = only { $free } MiB are free where { $path } lies.
doctor-disk-fix = free some, or name another folder with MONTHSTART_STATE.
doctor-disk-remote = { $path } lies on a network file system ({ $kind }): journals break there, and locks may not hold.
doctor-disk-remote-fix = name a folder on a disk of this machine with MONTHSTART_STATE.

doctor-store-good = can be read and written; runs: { $runs }
doctor-store-server = on PostgreSQL { $version }, schema { $schema }
doctor-store-not-durable = the server does not keep what it has acknowledged when its machine dies (fsync is off).
doctor-store-durable-fix = switch 'fsync' on in the server's settings.
doctor-store-none = there is none yet: made with the first run
doctor-store-silent = it cannot be opened.
doctor-store-fix = look at the file and its folder; 'store:' of the settings, --store and MONTHSTART_STORE say where it is.
doctor-library = SQLite { $version }
doctor-library-fix = use a build of monthstart with a newer SQLite.

doctor-connection-good = { $connection } answers
doctor-connection-bad = { $connection }: { $why }
doctor-markers-good = { $connection } has the table of markers, by which its steps take effect once
doctor-markers-made = { $connection }: the table of markers was made
doctor-markers-later = { $connection } has no table of markers yet; the first step that needs it makes it
doctor-markers-none = { $connection } has no table of markers: where it cannot be made when { $step } starts, nothing can tell after a crash whether such steps took effect
doctor-markers-none-fix = let 'monthstart doctor --fix' make it, or have this run there: { $sql }
doctor-markers-refused = { $connection }: the table of markers could not be made, so { $step } and other steps are not atomic: { $why }
doctor-markers-refused-fix = have somebody run this there who may, and let this user select, insert, update and delete in it: { $sql }
doctor-markers-engine = { $connection }: the table of markers knows no transactions ({ $engine }), so steps are not atomic
doctor-markers-engine-fix = alter table monthstart_marker engine = InnoDB
doctor-connection-fix = look at 'connections: { $connection }' of the settings, at its secret, and whether this machine may reach the server. It was tried once.

doctor-mail-good = { $host } greets, over TLS
doctor-mail-clear = { $host } greets, in clear, as the settings say
doctor-mail-files = no server is named: letters become files in { $folder }
doctor-mail-bad = { $why }
doctor-mail-fix = look at 'mail:' of the settings, and whether this machine may reach the server. Letters wait in the journal until then.
doctor-mail-invalid = { $why }
doctor-mail-invalid-fix = put 'mail:' of the settings right.

doctor-clock-good = { $now }, { $zone }
doctor-clock-zones = { $now }, { $zone }: times of runbooks are meant in it; the machine's own zone is { $machine }
doctor-clock-year = the clock says that it is { $year }.
doctor-clock-behind = the clock is behind what the journal says that has happened.
doctor-clock-apart = this machine's clock and the journal's server are { $seconds } s apart.
doctor-clock-loose = the machine's time service has not set the clock.
doctor-clock-fix = set the clock, and let a time service (NTP) keep it: deadlines and shifts go by it.

doctor-charset-unknown = the locale's charset { $charset } is not known: text is written as UTF-8.
doctor-charset-none = the locale names no charset: text is written as UTF-8.
doctor-charset-fix = set LANG, for example zh_CN.UTF-8 or zh_CN.GBK.
doctor-terminal-good = { $charset }, wide enough
doctor-terminal-none = none here; text is written as { $charset }
doctor-term-dumb = TERM is not set or 'dumb': there are lines in place of a screen.
doctor-term-fix = set TERM, for example xterm-256color.
doctor-term-narrow = { $cols } columns of { $wanted }: lines are cut.
doctor-term-narrow-fix = make the window wider.
