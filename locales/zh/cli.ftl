### 命令行:帮助、用法错误、各命令的话。

error-line = 错误:{ $text }

help-about = 按运行手册执行月初工作:同级并行,关口由人确认,完成后给下一班发信。
help-options = 选项
help-arguments = 参数
help-word-options = [选项]
help-word-verb = <命令>
help-word-values = [可选:{ $values }]
help-word-default = [默认:{ $value }]
help-template-all =
    {"{about-with-newline}"}
    用法:{"{usage}"}

    命令:
    {"{subcommands}"}

    选项:
    {"{options}"}
help-template-verb =
    {"{about-with-newline}"}
    用法:{"{usage}"}

    {"{all-args}"}

help-init = 建立新项目
help-validate = 一次列出运行手册、设置、班表、月份文件的全部问题
help-fmt = 把文件整理成统一的排版
help-plan = 显示将要发生什么:阶段、等级、步骤、关口、信件
help-schema = 输出供编辑器使用的 JSON Schema
help-run = 启动并执行一次运行
help-resume = 崩溃、停止或停住之后继续执行
help-attach = 观看并回答另一个进程正在执行的运行
help-runs = 列出所有运行
help-status = 显示运行到了哪里
help-gates = 显示等待人确认的事项
help-mails = 显示信件及其去向
help-confirm = 对关口或通知回答“是”
help-reject = 对关口或通知回答“否”
help-retry = 重新执行失败、结果不明或被驳回的步骤
help-redo = 重做已完成的步骤
help-hold = 暂停步骤或整个运行,不让其开始
help-release = 放行被暂停的步骤或整个运行
help-skip = 不执行这些步骤
help-force = 将这些步骤视为完成
help-settle = 说明结果不明的步骤到底怎样
help-cancel = 彻底停止一次运行
help-logs = 显示步骤的输出
help-why = 为什么没有运行、失败了或超时了,谁能处理
help-events = 显示日志事件
help-verify = 检查运行日志是否与写入时一致
help-doctor = 检查是否具备启动条件,并说明如何修复
help-demo = 准备沙箱并在其上运行自带的月初流程
help-man = 输出手册页
help-completions = 输出 shell 补全脚本

help-arg-help = 显示帮助
help-arg-version = 显示版本
help-arg-directory = 如同在此目录中启动
help-arg-run-id = 指哪一次运行
help-arg-store = 用此存储代替项目的存储
help-arg-profile = 设置的覆盖文件:monthstart.名称.yaml
help-arg-as-person = 以班表中此人的身份操作
help-arg-json = 以 JSON 回答
help-arg-lang = 回答所用的语言
help-arg-verbose = 多说一些内部情况
help-arg-yes = 预先确认您一人有权确认的所有关口和通知
help-arg-detach = 在后台执行,不受终端关闭影响
help-arg-stand-by = 待命:等到没有人执行该运行时接管
help-arg-no-wait = 只剩等人或等时间时就退出
help-arg-progress = 进度的显示方式
help-arg-runbook = 运行手册文件
help-arg-month = 账期,如 2026-10
help-arg-params = 运行手册的参数
help-arg-step = 步骤:名称,或 阶段/名称
help-arg-why-step = 步骤:名称或 阶段/名称;不写则查看整个运行
help-arg-fix = 建立状态目录,并收回其他用户对它的权限
help-arg-steps = 步骤:名称,或 阶段/名称
help-arg-note = 与回答一起保存的说明
help-arg-set = 关口表单的字段
help-arg-for-value = 回答针对的值
help-arg-reason = 原因;永久保存
help-arg-downstream = 连同所有依赖它们的步骤
help-arg-shadow = 只读取、跟踪、核对和询问,不提交、不写入
help-arg-run = 运行;省略时取进行中的,否则取最近的
help-arg-send = 立即发送待发信件
help-arg-as-done = 已经完成
help-arg-as-failed = 已经失败
help-arg-attempt = 第几次执行;省略时取最近一次
help-arg-follow = 持续显示输出,直到步骤结束
help-arg-plan = 只显示将发生的变化,不做任何改动
help-arg-latest = 按磁盘上现在的运行手册继续;已完成的保持完成
help-arg-dir = 目录
help-arg-files = 文件;省略时检查整个项目
help-arg-format = 显示格式
help-arg-kind = 哪一种文件
help-arg-check = 不改文件,只列出排版不统一的文件
help-arg-against = 用文字说明与 git 中此版本相比有什么变化
help-arg-shell = 哪一种 shell

usage-unknown-argument = 没有选项“{ $what }”。请看 --help。
usage-unknown-argument-meant = 没有选项“{ $what }”;是不是“{ $meant }”?
usage-unknown-verb = 没有命令“{ $what }”。请看 --help。
usage-unknown-verb-meant = 没有命令“{ $what }”;是不是“{ $meant }”?
usage-value-missing = “{ $what }”需要一个值。
usage-bad-value = “{ $value }”不是“{ $what }”的有效值。请看 --help。
usage-bad-value-known = “{ $value }”不是“{ $what }”的有效值;可用:{ $known }
usage-missing = 缺少:{ $what }。请看 --help。
usage-conflict = “{ $what }”不能与“{ $other }”同时使用。
usage-other = 无法理解命令行:{ $text }。请看 --help。
usage-month = “{ $value }”不是月份:请写成 2026-10。
usage-pair = “{ $value }”不是 键=值。
usage-no-file = 没有文件 { $path }。
usage-folder = { $path } 是目录:请指定运行手册文件。
usage-no-folder = 没有目录 { $path }。
usage-two-projects = { $path } 属于另一个项目:一次只处理一个项目。
usage-no-run-yet = 还没有运行:用 monthstart run 运行手册 启动。
usage-several-open = 有多个进行中的运行:{ $runs }。请用 --run 指明。
usage-no-such-run = 没有运行“{ $run }”;现有:{ $runs }
usage-no-such-run-meant = 没有运行“{ $run }”;是不是 { $meant }?
usage-no-step = { $run } 中没有步骤“{ $step }”;用 monthstart status 查看。
usage-no-part = 没有属于“{ $value }”且已完成的步骤
usage-set-twice = 字段“{ $field }”设置了两次
usage-no-step-meant = 没有步骤“{ $step }”;是不是“{ $meant }”?
usage-step-ambiguous = “{ $step }”可能是 { $steps }:请写成 阶段/名称。
usage-reason = { $option } 必须说明原因:将永久保存。
usage-no-attempt = { $step } 没有第 { $attempt } 次执行;最近是第 { $latest } 次。

month-file-name = months/{ $name } 不是任何月份的文件:文件名应如 2026-10.yaml。
file-missing = 没有文件 { $path }。
file-outside = { $path } 在项目目录之外:文件必须在项目目录内。
file-not-regular = { $path } 不是普通文件。
file-too-large = { $path } 超过 { $limit } MiB。
file-unreadable = 无法读取 { $path }:{ $why }。
file-unwritable = 无法写入 { $path }:{ $why }。
setting-no-variable = 设置需要环境变量 { $name },但没有设置。

plan-not-executable = { $count } 个步骤使用了本版本能检查但还不能执行的功能,没有启动任何东西:{ $steps }
validated = { $count } 个运行手册没有问题,设置、班表、月份文件也没有问题。
fmt-odd = { $path }:{ $line }:这里的写法无法排版,文件未改动。
fmt-unlike = { $path } 排版后意思会变,文件未改动。
init-exists = { $path } 已经存在:没有写入任何内容。
init-done = 项目已建立。下一步:在 roster.yaml 中填写人员,然后:monthstart run { $path } --as 人员

preview-step = { $step }:{ $from } -> { $to }
preview-may-start = 之后 { $step } 可以开始
preview-run = 本次运行:{ $from } -> { $to }
preview-void = { $gate }:{ $from } -> { $to },作废的回答:{ $who };将重新询问
preview-stopped = { $step } 正在运行:将被停止
preview-round = 本次运行将重新打开,进入第 { $number } 轮
preview-nothing = 不会有任何变化。

recorded-answer = { $step }:{ $by } 已{ $verdict },已记录。关口当前:{ $status }。
recorded-retry = { $steps }:将重新执行,已记录({ $by })。
recorded-redo = { $steps }:将重做,已记录({ $by })。
recorded-already = 本来如此,没有新的记录。
recorded-hold = { $steps }:已暂停,已记录({ $by })。
recorded-hold-run = { $run }:已暂停,不再开始任何步骤,已记录({ $by })。
recorded-release = { $steps }:已放行,已记录({ $by })。
recorded-release-run = { $run }:全部放行,已记录({ $by })。
recorded-skip = { $steps }:跳过,已记录({ $by })。
recorded-force = { $steps }:视为完成,已记录({ $by })。
recorded-settle-done = { $step }:判定为已完成,已记录({ $by })。
recorded-settle-failed = { $step }:判定为失败,已记录({ $by })。
recorded-cancel = { $run }:已取消,已记录({ $by })。
nobody-drives = 目前没有进程在执行本次运行:monthstart resume { $run }

run-exists-open = { $run } 尚未结束:用 monthstart resume { $run } 继续。
run-exists-done = { $run } 已经运行过({ $status }):同一手册同一账期只运行一次。
run-is-over = { $run } 已结束({ $status }):无需继续。
run-is-driven = { $run } 正由 { $host } 上的进程 { $pid } 执行:可在此回答关口,它会自己继续。
stand-by-waits = 待命:{ $run } 正由 { $host } 上的进程 { $pid } 执行;它消失后接管。
stand-by-takes = 接管 { $run }。
lease-bad = MONTHSTART_LEASE 不是时长:“{ $value }”(例如 20s)。
run-stranger = { $person } 不在本项目班表中,只能查看,不能启动:请用 --as 人员 说明由谁操作。
run-needs-operator = { $person } 不是值班员:只有值班员能启动和继续运行。

attach-watching = 正在观看 { $run }(由 { $host } 上的进程 { $pid } 执行)。Ctrl-C 只结束观看,运行继续。
attach-not-driven = 没有进程在执行 { $run },没有可观看的:用 monthstart resume { $run } 继续执行它。
attach-over = { $run } 已结束({ $status }):用 monthstart status { $run } 查看。
attach-left = 不再观看 { $run },运行继续。再次观看:monthstart attach { $run }
attach-engine-gone = { $run } 的执行进程已经离开,运行停在那里:monthstart resume { $run }
detached = { $run } 已转入后台执行(进程 { $pid })。
    观看和回答:monthstart attach { $run }
    查看:monthstart status { $run }
    它的输出:{ $log }
detach-slow = 后台进程 { $pid } 在 10 秒内还没有开始 { $run }:请看 { $log },再用 monthstart status 查看。
detach-failed = 无法在后台启动:{ $why }。输出在 { $log }。

end-succeeded = { $run } 已完成:所有步骤成功、跳过或强制通过。
end-halted = { $run } 已停住:{ $steps } 需要人决定(retry、skip、force、settle)。然后:monthstart resume { $run }
end-cancelled = { $run } 已取消。
end-waiting = { $run } 在等人或等时间:monthstart gates { $run }。然后:monthstart resume { $run }
end-interrupted = 已离开 { $run },一切都已保存:monthstart resume { $run }
end-letters-queued = 还有 { $count } 封信待发:{ $why }。下次 run 或 resume 时发出,或立即发送:monthstart mails --send
end-letters-failed = 有 { $count } 封信没有送达任何人,不再重发:{ $why }。请直接通知收信人;明细:monthstart mails
letters-store = 发送情况无法记录({ $why })
letters-late = { $seconds } 秒之内没有被收下
letters-turn = 另一个进程正在发送信件,等它发完再继续。
letters-elsewhere = 另一个进程正在发送
no-letters-sent = 没有待发信件。
letters-sent = 已发 { $sent } 封,待发 { $queued } 封,失败 { $failed } 封。
mail-unusable = 信件保留待发:{ $why }

logs-none = { $step } 没有输出:还没有执行。
logs-no-file = { $step }:第 { $attempt } 次执行的日志读不出来({ $path })。
logs-gate = { $step } 是确认关口,没有输出。

demo-building = 正在准备 { $month } 的沙箱数据仓库(13 个属地,12 个月历史)……
demo-built = 数据仓库已就绪:{ $dir }。
demo-in-the-way = { $dir } 中有不属于演示的运行:没有改动。请另选目录:monthstart demo 目录
demo-left = 您是张伟。问李娜的两件事(属地化通知、科目维表第二票)留给您一分钟,之后由演示代答:
    monthstart attach -C { $project } --as li.na(另开一个终端)
demo-running = { $dir } 中正在运行演示(进程 { $pid }):用 monthstart status -C { $dir } 查看。
demo-sandbox-broken = 沙箱不可用:{ $why }
demo-where = 信件:{ $letters }
    日志:{ $logs }
    数据表:{ $tables }
    查看:monthstart status -C { $project }
demo-world-stopped = 扮演的外部世界停止了:{ $why }
