### 运行中发生的事:状态词、失败原因、拒绝原因。

step-status-pending = 未开始
step-status-held = 已暂停
step-status-running = 运行中
step-status-retrying = 待重试
step-status-waiting = 等待中
step-status-succeeded = 成功
step-status-failed = 失败
step-status-lost = 结果不明
step-status-skipped = 已跳过
step-status-forced = 强制通过

run-status-running = 运行中
run-status-waiting = 等待中
run-status-halted = 已停住
run-status-succeeded = 成功
run-status-cancelled = 已取消

stage-status-pending = 未开始
stage-status-running = 运行中
stage-status-waiting = 等待中
stage-status-halted = 已停住
stage-status-succeeded = 成功
stage-status-cancelled = 已取消

gate-status-pending = 未到
gate-status-open = 待确认
gate-status-confirmed = 已确认
gate-status-rejected = 已驳回
gate-status-void = 作废
gate-status-timed_out = 超时

mail-status-queued = 待发
mail-status-sent = 已发
mail-status-failed = 失败

verdict-confirmed = 确认
verdict-rejected = 驳回

failure-not-started = 无法启动:{ $why }
failure-denied = 登录被拒绝(为避免账号被锁,不会自动重试):{ $why }
failure-in-doubt = 提交事务时连接中断,是否已生效不确定,请先核实再重试:{ $why }
failure-exit = 退出码 { $code }:{ $line }
failure-exit-silent = 退出码 { $code },没有任何输出
failure-signal = 被信号 { $signal } 终止
failure-timed-out = 超过 { $after },已停止
failure-in-doubt-marked = 提交事务时连接中断,之后也没有连上服务器;请继续运行(resume)或重试:标记会表明是否已生效,不会重复执行:{ $why }
loss-unmarked = 引擎退出时它正在执行,数据库中没有标记,无从得知是否已生效:请核实后判定
loss-unheard = 提交事务的应答丢失:标记会表明是否已生效
loss-partly = 它已开始,且有一部分在结束前已提交:请核实做到了哪一步,再判定
failure-sql = 第 { $statement } 条语句被拒绝,已全部回滚:{ $why }
failure-sql-left = 第 { $statement } 条语句被拒绝;自行提交的部分或对不支持事务的表的改动仍然保留,未能回滚:{ $why }
failure-rejected = { $read } 行中有 { $rejected } 行有误,未写入任何数据;有误的行见 { $file }:{ $told }
failure-rejected-unkept = { $read } 行中有 { $rejected } 行有误,未写入任何数据:{ $told }
failure-unmet = 条件不成立:{ $found }
failure-flow = 平台报告失败:{ $reason }
failure-answer = 服务器应答 { $status }:{ $why }
failure-no-answer = 已发出但没有收到应答,无法得知是否已执行:{ $why }
failure-output = 无法读取输出:{ $why }
failure-cancelled = 被人工停止

refused-may-not-decide = { $person } 只能查看,不能操作:不是本项目班表中的值班员。请用 --as 人员 说明由谁决定。
refused-not-asked = { $person } 不在可确认人之列({ $asked })。
refused-excluded = { $person } 不能回答此项:被 except 排除。
refused-wrong-state = { $step } 当前为“{ $status }”,不能执行“{ $verb }”。详见 monthstart why { $step }
refused-skipped-this-month = { $step } 由月度文件跳过:先在该文件中去掉这一项,再执行 monthstart resume --latest。
refused-marked = { $step } 已由 { $by } 设为“{ $status }”,没有新的记录。
refused-held-already = 本次运行已由 { $by } 暂停,没有新的记录。
refused-decided = { $step } 已由 { $by } { $verdict }。
refused-is-a-gate = { $step } 是确认关口:只能用 confirm 或 reject 回答,不能绕过。
refused-run-is-over = 本次运行已结束({ $status })。
refused-not-a-gate = { $step } 不是确认关口,无需回答。
refused-disagrees = { $by } 填的是 { $field } = { $said },不是 { $value }:共同确认的人必须填得一致。请填同样的值,或驳回。

field-text = 一行文字
field-integer = { $min } 到 { $max } 之间的整数
field-boolean = true 或 false
field-month = 月份,如 2026-10
field-date = 日期,如 2026-10-31
field-choice = { $words } 之一

form-unknown = 没有字段“{ $field }”;可用:{ $known }
form-missing = 必须填写字段“{ $field }”:--set { $field }=值
form-bad = “{ $field }”不接受“{ $value }”:应为{ $wanted }
form-value = 此关口要求逐项回答:--for 取 { $known } 之一
form-no-value = 此关口整体回答:不要写 --for
form-no-note = 驳回必须说明原因:--note 文字

store-behind = 另一个进程先写入了记录;没有任何改动,请重新查看。
store-run-exists = { $run } 已经存在:用 monthstart resume { $run } 继续。
store-no-such-run = 没有运行 { $run };用 monthstart runs 查看已有的运行。
store-unusable = 无法使用存储:{ $path }:{ $why }。没有启动任何东西;请改为可写的目录或文件。
store-database = 存储没有响应:{ $path }:{ $why }。已记录的内容是安全的,没有再启动任何东西。请检查磁盘,然后执行 monthstart resume。
store-newer = { $path } 由更新版本的 monthstart 写入(版本 { $found }):请使用该版本;没有任何改动。
store-damaged = 无法读取 { $path }:{ $why }。原样保留:请从备份恢复,或移走后重新开始。
store-unknown = 不支持“{ $url }”类型的存储:请使用 sqlite:路径 或 postgres://用户@主机/数据库。
store-shared = { $path } 位于多台机器共享的 { $kind } 上:文件形式的运行日志在那里会损坏。请把状态目录放到本机磁盘(MONTHSTART_STATE),或把运行日志放到 PostgreSQL(store: postgres://…)。
store-gone = 连不上运行日志:{ $path }:{ $why }。已记录的内容是安全的,没有再启动任何东西。服务器恢复后执行 monthstart resume。
store-denied = 运行日志的服务器拒绝访问:{ $path }:{ $why }。没有启动任何东西;请检查存储地址中的用户、密码和权限。
store-bad-url = 无法识别存储地址:请使用 postgres://用户@主机:端口/数据库?schema=名称。
store-bad-option = 存储地址中有不认识的选项:“{ $option }”。
store-taken-over = { $run } 已被接管:现由 { $host } 上的进程 { $pid } 执行。本引擎已停止,不再写入任何内容;它启动的程序会继续运行。
store-taken-away = { $run } 已被另一个引擎接管。本引擎已停止,不再写入任何内容;它启动的程序会继续运行。
store-waits = 连不上运行日志:{ $path }:{ $why }。正在执行的会继续,不再启动新的;会不断重试。
store-back = 运行日志又能连上了。
