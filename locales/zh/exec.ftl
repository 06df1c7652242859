### 执行步骤时的话:为什么不能开始、做成了什么、给确认人看什么。

exec-broke = monthstart 自身出错:{ $why }
exec-not-yet = 尚不支持执行“{ $what }”
exec-no-variable = 环境变量 { $name } 没有设置
exec-no-command = 没有可启动的程序
exec-no-program = 没有程序“{ $program }”(按 PATH 查找;写成路径时从项目目录查找)
exec-no-interpreter = “{ $program }”存在,但首行指定的解释器不存在
exec-no-folder = 项目目录 { $folder } 不存在
exec-program-not-started = 无法启动“{ $program }”:{ $why }
exec-log-gap = …… 省略 { $bytes } 字节 ……
exec-log-trouble = 日志无法写入:{ $why }
exec-file-outside = { $file } 不在项目目录之内
exec-file-unreadable = 无法读取 { $file }:{ $why }
exec-file-not-a-file = { $file } 不是文件
exec-file-too-long = { $file } 超过 16 MiB
exec-file-not-utf8 = { $file } 不是 UTF-8 文本
exec-output-cut = 最后一行超过 { $kib } KiB:输出只保留开头
exec-output-missing = 打印内容中没有与“{ $pattern }”匹配的部分,得不到输出“{ $name }”
exec-bad-pattern = 不是有效的正则表达式:{ $pattern }

exec-no-connection = 设置中没有连接“{ $connection }”
exec-bad-url = 看不懂连接“{ $connection }”的地址,应为 sqlite:路径、postgres://用户@主机/库 或 mysql://用户@主机/库
exec-url-option = 连接“{ $connection }”的地址带有未知选项“{ $option }”;可用的选项:{ $known }
exec-no-database = 连接“{ $connection }”:没有这个数据库:{ $file }
exec-not-connected = 连接“{ $connection }”:{ $why }
exec-sql-empty = 其中没有语句
exec-sql-transaction = 第 { $statement } 条语句({ $sql })开始或结束事务:需要写 transaction: false
exec-sql-unbound = 第 { $statement } 条语句绑定了 :{ $name },但没有这个值;可用:{ $known }
exec-sql-begins = 第 { $statement }/{ $count } 条语句:{ $sql }
exec-sql-waits = 其他步骤正在写数据库,等待轮到自己
exec-sql-changed = 变更 { $rows } 行
exec-sql-read = 读取 { $rows } 行
exec-sql-done = 完成
exec-sql-remains = { $why }(不在事务中:之前的 { $before } 条语句的结果仍然保留)
exec-sql-again = 因与其他事务冲突被回滚,重新执行整个事务(第 { $times } 次,最多 { $most } 次):{ $why }
exec-sql-not-atomic = 不是一个完整的事务:第 { $statement } 条语句({ $sql })会自动提交,连同它之前的语句
exec-sql-partly = { $why }(第 { $last } 条语句会自动提交:到它为止各语句的结果仍然保留)
exec-sql-left = { $why }(其中改动了不支持事务的表:对这些表的改动仍然保留)
exec-sql-gone = 与数据库的连接中断:{ $why }
exec-more-rows = …… 另有 { $rows } 行

exec-check-found = { $what } → { $value }
exec-check-unmet = { $what } → { $value },应为 { $expect }
exec-check-no-row = { $what }:没有任何行,应为 { $expect }
exec-check-there = { $what } 存在
exec-check-not-there = { $what } 不存在
exec-check-warning = 不成立,仅作提醒:{ $found }
exec-check-cannot-look = 暂时无法检查:{ $why }
exec-check-bad-expect = “{ $expect }”不是有效的期望:= x、!= x、> x、>= x、< x、<= x、between x and y
exec-check-empty = 没有要检查的内容

wait-file-missing = { $file } 尚未到达
wait-file-not-a-file = { $file } 存在,但不是文件
wait-file-growing = { $file }:{ $size },仍在变化
wait-file-stable = { $file }:{ $size },已有 { $since } 未变化(要求 { $wanted })
wait-file-there = { $file } 已到达:{ $size }
wait-until = 等到 { $at }
wait-until-past = { $at } 已到

exec-flow-no-platform = 设置中没有平台“{ $platform }”
exec-flow-no-action = 平台“{ $platform }”既没有流程自身的动作,也没有 submit
exec-flow-no-connection = 平台“{ $platform }”没有可执行 SQL 的连接
exec-flow-http = 平台“{ $platform }”:尚不支持 http
exec-flow-action = { $action }:{ $command }
exec-flow-no-id = 打印内容中没有与“{ $pattern }”匹配的编号:{ $line }
exec-flow-no-id-pattern = 平台“{ $platform }”的“{ $action }”没有写 id: 正则表达式
exec-flow-cannot-find = 无法确认 { $flow } 是否已在平台上,因此不提交:{ $why }
exec-flow-followed = 此前已提交,编号 { $id },继续跟踪
exec-flow-found = 平台上已有,编号 { $id }
exec-flow-found-failed = 平台上已有,编号 { $id },但已失败:重新提交
exec-flow-submitted = 已提交,编号 { $id }
exec-flow-state = { $id }:{ $state }
exec-flow-no-answer = 平台没有应答:{ $why }
exec-flow-not-cancelled = 未能在平台上取消:{ $why }
exec-flow-not-followed = 已提交,编号 { $id };平台没有描述 poll,无法得知结果

exec-evidence-failed = 无法展示:{ $why }
exec-evidence-no-outputs = 没有输出
exec-evidence-nothing = 无内容
exec-evidence-output = 输出
exec-evidence-value = 值
exec-evidence-stopped = 收集之前已停止
exec-ask-unrendered = { $ask }(未能填入其中的值:{ $why })
