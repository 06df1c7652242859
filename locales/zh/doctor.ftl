### doctor:检查了什么,怎样修复。

doctor-level-ok = 正常
doctor-level-warning = 警告
doctor-level-problem = 问题

doctor-area-settings = 设置
doctor-area-roster = 班表
doctor-area-person = 操作人
doctor-area-state = 状态目录
doctor-area-store = 运行日志
doctor-area-connection = 连接
doctor-area-platform = 平台
doctor-area-mail = 邮件
doctor-area-clock = 时钟
doctor-area-terminal = 终端

doctor-fix = 处理:{ $text }
doctor-end = { $problems ->
    [0] 可以启动
   *[other] { $problems } 个问题
  },{ $warnings ->
    [0] 没有警告。
   *[other] { $warnings } 个警告。
  }

doctor-settings-good = 正确:{ $connections } 个连接,{ $platforms } 个平台
doctor-settings-invalid = 设置或班表中有 { $count } 处错误:任何运行都无法启动。
doctor-settings-warnings = 设置或班表中有 { $count } 处警告。
doctor-validate-fix = 用 monthstart validate 逐行查看。
doctor-no-settings = { $folder } 中没有 monthstart.yaml:一切按空设置处理。
doctor-no-settings-fix = 请进入项目目录,用 -C 指明,或用 monthstart init 新建。
doctor-no-variable = { $key } 取自环境变量 { $name },但它没有设置。
doctor-no-variable-fix = 在启动 monthstart 的环境中设置 { $name }。
doctor-no-secret-fix = 建立该文件(权限 600),或让 { $key } 取自别处。
doctor-open-secret = { $key } 取自 { $path },本机其他用户可以读取或改写它。
doctor-chmod-fix = chmod { $mode } { $path }
doctor-insecure = { $connection } 不验证服务器:中间人可以读取和篡改全部内容。
doctor-insecure-fix = 请使用本机信任的机构签发的证书,并去掉 'insecure: true'。

doctor-platform-good = { $platform }:{ $count } 个动作,程序都在
doctor-platform-no-find = { $platform } 没有 'find':无法看出流程是否已由他人或在中断前启动。
doctor-platform-no-find-fix = 请在 'submit' 之外描述 'find'。
doctor-platform-no-cancel = { $platform } 没有 'cancel':取消运行后,平台上的流程仍会继续。
doctor-platform-no-cancel-fix = 平台支持时,请描述 'cancel'。
doctor-no-program = { $platform } 使用程序 { $program },但它不在 PATH 中,也不是项目中的可执行文件。
doctor-no-program-fix = 请安装它,或设为可执行(chmod +x),或写出它的路径。

doctor-no-roster = 没有班表:能在此启动 monthstart 的任何人都可以决定一切,邮件也没有收件人。
doctor-no-roster-fix = 请编写 roster.yaml,并在 monthstart.yaml 中写明('roster: roster.yaml')。
doctor-roster-good = { $people } 人,{ $shifts } 个班次;未来一天每个时段都有人值班
doctor-gap = { $at } 起无人值班(未来 24 小时内共 { $span }),也没有后备人员:届时邮件没有收件人。
doctor-gap-fallback = { $at } 起无人值班(未来 24 小时内共 { $span }):邮件发给后备人员({ $people })。
doctor-gap-fix = 请补全班表的 'rota' 或 'overrides',或指定 'fallback'。
doctor-no-email = 邮件无法送达 { $people }:没有邮箱地址。
doctor-no-email-fix = 请在班表中填写他们的 'email'。
doctor-person-good = 系统用户 { $user } 以 { $person } 的身份操作
doctor-stranger = 系统用户 { $user } 不对应班表中唯一的一个人:只能查看,不能启动或决定。
doctor-stranger-fix = 请在班表中为某人写明 'os_user: { $user }',或用 --as 人员。
doctor-denied = { $why }
doctor-no-operator = { $person } 不是值班员:可以回答向其提出的问题,但不能启动或操控运行。
doctor-no-operator-fix = 请在班表中给予角色 'operator',或由值班员启动。

doctor-state-good = { $path }:仅本用户可用,可写
doctor-state-none = { $path } 将在首次运行时建立
doctor-state-no-folder = { $path } 是文件或链接,必须是目录。
doctor-state-foreign = { $path } 属于其他用户,或无法写入。
doctor-state-fix = 请让运行 monthstart 的用户拥有它(chown),或用 MONTHSTART_STATE 指定其他目录。
doctor-state-open = 本机其他用户可以查看 { $path }(共 { $count } 处)。
doctor-state-open-fix = monthstart doctor --fix
doctor-disk-little = { $path } 所在磁盘仅剩 { $free } MiB。
doctor-disk-fix = 请清理空间,或用 MONTHSTART_STATE 指定其他目录。
doctor-disk-remote = { $path } 位于网络文件系统({ $kind }):运行日志会损坏,锁也可能失效。
doctor-disk-remote-fix = 请用 MONTHSTART_STATE 指定本机磁盘上的目录。

doctor-store-good = 可读可写;运行数:{ $runs }
doctor-store-server = 位于 PostgreSQL { $version },模式 { $schema }
doctor-store-not-durable = 服务器所在机器一旦宕机,已确认的内容也会丢失(fsync 已关闭)。
doctor-store-durable-fix = 请在服务器设置中打开 fsync。
doctor-store-none = 还没有:首次运行时建立
doctor-store-silent = 无法打开。
doctor-store-fix = 请检查该文件及其目录;位置由设置中的 'store:'、--store 或 MONTHSTART_STORE 决定。
doctor-library = SQLite { $version }
doctor-library-fix = 请使用带有更新 SQLite 的 monthstart。

doctor-connection-good = { $connection } 有应答
doctor-connection-bad = { $connection }:{ $why }
doctor-markers-good = { $connection } 有标记表,步骤由此只生效一次
doctor-markers-made = { $connection }:已建立标记表
doctor-markers-later = { $connection } 尚无标记表;第一个用到它的步骤会建立
doctor-markers-none = { $connection } 没有标记表:如果 { $step } 开始时无法建立,崩溃后将无从得知这类步骤是否已生效
doctor-markers-none-fix = 用 monthstart doctor --fix 建立,或在该库执行:{ $sql }
doctor-markers-refused = { $connection }:无法建立标记表,{ $step } 等步骤因此非原子:{ $why }
doctor-markers-refused-fix = 请有权限的人在该库执行下列语句,并授予本用户对该表的 select、insert、update、delete 权限:{ $sql }
doctor-markers-engine = { $connection }:标记表不支持事务({ $engine }),步骤因此非原子
doctor-markers-engine-fix = alter table monthstart_marker engine = InnoDB
doctor-connection-fix = 请检查设置中的 'connections: { $connection }'、它的密码,以及本机能否访问该服务器。只尝试了一次。

doctor-mail-good = { $host } 有应答,使用 TLS
doctor-mail-clear = { $host } 有应答,按设置使用明文
doctor-mail-files = 没有指定服务器:邮件存为 { $folder } 中的文件
doctor-mail-bad = { $why }
doctor-mail-fix = 请检查设置中的 'mail:',以及本机能否访问该服务器。在此之前邮件留在运行日志中待发。
doctor-mail-invalid = { $why }
doctor-mail-invalid-fix = 请改正设置中的 'mail:'。

doctor-clock-good = { $now },{ $zone }
doctor-clock-zones = { $now },{ $zone }:运行手册中的时间按此时区;本机时区是 { $machine }
doctor-clock-year = 时钟显示现在是 { $year } 年。
doctor-clock-behind = 时钟早于运行日志中已发生的事。
doctor-clock-apart = 本机时钟与运行日志服务器相差 { $seconds } 秒。
doctor-clock-loose = 本机的时间服务尚未校准时钟。
doctor-clock-fix = 请校准时钟,并启用时间服务(NTP):期限和班次都以它为准。

doctor-charset-unknown = 不认识语言环境中的字符集 { $charset }:按 UTF-8 输出。
doctor-charset-none = 语言环境没有写明字符集:按 UTF-8 输出。
doctor-charset-fix = 请设置 LANG,例如 zh_CN.UTF-8 或 zh_CN.GBK。
doctor-terminal-good = { $charset },宽度足够
doctor-terminal-none = 此处不是终端;按 { $charset } 输出
doctor-term-dumb = TERM 未设置或为 'dumb':只能逐行显示,没有画面。
doctor-term-fix = 请设置 TERM,例如 xterm-256color。
doctor-term-narrow = 终端只有 { $cols } 列,不足 { $wanted } 列:行会被截断。
doctor-term-narrow-fix = 请把窗口调宽。
