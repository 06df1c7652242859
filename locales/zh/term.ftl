### The terminal: progress, prompts, tables.

term-by-hand = { $person }(由 { $hand } 代为输入)
term-by-played = { $person } [演示]
term-part-ready = 前置
term-part-level = 第 { $number } 级
term-part-verify = 核验
term-kind-gate = 确认关口
term-kind-notice = 通知
term-kind-confirm = 执行前确认
term-kind-review = 执行后复核

# the screen
term-late = 已逾期
term-again-at = { $at } 重试
term-more-questions = ... 另有 { $count } 项等待人工处理
term-more-stages = ... 另有 { $count } 个阶段
term-more-running = ... 另有 { $count } 个步骤进行中
term-more-lines = ... 上面还有 { $above } 行,下面还有 { $below } 行(方向键滚动)
term-more-rows = ... 另有 { $count } 行
term-no-rows = (没有数据)
term-interrupt-short = 已中断:正在运行的步骤怎么办?

# a question
term-interrupted = 不再启动新的步骤。还有 { $count } 个步骤在运行。
term-asked-at = { $at } 提出
term-due = 期限 { $at }
term-late-by = 已逾期 { $by }
term-done-late = 完成时逾期 { $by }
term-late-due = { $late }({ $due })
term-and = 、
term-missing = 还差 { $count } 项:{ $list }
term-answered = 已答:{ $list }
term-form = 需填写:
term-form-default = 默认 { $default }
term-form-optional = 可不填
term-form-needed = 必填
term-may-answer = 可回答:{ $who }
term-may-not-answer = 不可回答:{ $who }
term-starter = 启动本次运行的人
term-votes = 已有 { $given } 票,需要 { $wanted } 票
term-values = 已回答 { $given } 项,共 { $wanted } 项
term-attempt = 第 { $number } 次执行
term-severity = 故障等级 { $number }
term-said-by = { $who }:{ $what }
term-gate-timed-out = 到期无人回答
term-event-not-atomic = 非原子
term-log-empty = (没有日志)

# answering
term-which-value = 回答哪一项?(编号或名称)
term-field = { $field }:
term-field-default = { $field } [{ $default }]:
term-field-optional = { $field }(回车:不填):
term-field-who = 谁通知的
term-field-channel = 通知方式(phone mail chat paper)
term-field-told-at = 何时通知的
term-note = 备注(回车:无):
term-note-why = 为什么驳回?(必填):
term-reason = { $verb }的原因(必填):
term-sure = 以 { $who } 的身份{ $verb } { $step }?
term-sure-keys = 回车=是,Esc=返回
term-sure-kill = 停止(TERM)所有正在运行的步骤?
term-sure-leave = 现在离开?程序和 SQL 会停止;平台上的流程继续运行,用 resume 接着跟踪。
term-sent = 已提交,正在记录 ...
term-recorded = 已记录。
term-answered-by = { $step } 刚才已由 { $who } { $verdict }。
term-moved-on = { $step } 不再需要回答:现在是“{ $status }”。
term-gone = 本终端已无人应答,运行继续。请在别处回答:monthstart gates
term-you-answered = 您已回答,还在等其他人。
term-no-such-value = 没有这一项:请输入编号或名称
term-note-needed = 驳回必须写明原因,供他人查看
term-reason-needed = 必须写明原因:它将永远随此步骤保留
term-field-needed = 此项必填

# verbs
term-verb-confirm = 确认
term-verb-reject = 驳回
term-verb-retry = 重试
term-verb-redo = 重做
term-verb-hold = 暂停
term-verb-release = 放行
term-verb-void = 作废重问
term-verb-skip = 跳过
term-verb-force = 强制通过
term-verb-settle-done = 认定完成
term-verb-settle-failed = 认定失败

# keys
term-key-confirm = [y] 确认
term-key-reject = [n] 驳回
term-key-ask-again = [r] 重新询问
term-key-retry = [r] 重试
term-key-skip = [s] 跳过
term-key-force = [f] 强制通过
term-key-log = [l] 日志
term-key-done = [d] 已完成
term-key-failed = [n] 已失败
term-key-leave-it = [x] 暂不处理
term-key-next = [Tab] 下一项
term-key-wait = [w] 等它结束
term-key-kill = [k] 停止它
term-key-leave = [l] 立即离开
term-keys-line = 回车=继续,Esc=返回,Ctrl-U=清空
term-keys-told = 回车=继续
term-keys-log = 按任意键返回

# events
term-event-started = 开始
term-event-resumed = 继续
term-event-cancelled = 取消
term-event-submitted = 已提交
term-event-again = 引擎离开时它正在运行;它只读或可重复执行,将自动重跑
term-event-redo-because = 因 { $step } 重做:{ $why }
term-event-stage = 阶段完成:{ $title }({ $took })
term-by-month-file = 月份文件
term-by-when = when 条件
term-in-advance = [预先确认]
term-stage-named = 阶段“{ $title }”
term-round = 第 { $number } 轮
term-shadow = 影子运行:只读取、跟踪、核对和询问,不提交、不写入任何东西
term-run-held = 全部暂停({ $at }),{ $why }
term-to-release = 放行:monthstart release --run { $run }
term-held-by = 暂停于 { $at },{ $why }
term-voided-by = ({ $at } 重做,{ $why })
term-former = (后来已重做)

# tables
term-started-by = { $at } 由 { $who } 启动,历时 { $took }
term-cancelled-by = { $at } 取消,{ $why }
term-driven-by = 引擎:{ $host },进程 { $pid }
term-not-driven = 当前没有引擎在运行它:monthstart resume { $run }
term-waiting-for-a-person = 等待人工处理:{ $count } 项
term-marks = 跳过、强制通过、人工认定与作废
term-stages = 阶段
term-letters = 邮件
term-part-of = { $stage },{ $part }
term-no-gates = 还没有提出任何确认
term-no-runs = 还没有运行
term-no-mails = 没有邮件
term-run-waiting = { $count } 项等待人工处理
term-col-status = 状态
term-col-run = 运行
term-col-started = 开始
term-col-time = 历时
term-col-remark = 备注
term-col-to = 收件人
term-col-attempts = 次
term-col-subject = 主题

# Another plan for a run that has begun
term-event-renewed = { $who }:新增 { $added },去除 { $removed },变更 { $changed }
term-no-longer = 运行手册中已没有
term-no-longer-since = { $at } 起运行手册中已没有({ $who })
term-outdated = 按当时的定义完成,现在定义已变
term-still-runs = 其程序仍在运行:进程组 { $group }
term-verb-renewed = 已更新
