### why:原因,以及谁能处理。

why-succeeded = 已完成。
why-skipped-when = 不执行:它的 when 条件不成立。
why-skipped-month = 本月不执行:{ $why }
why-skipped = 已跳过。{ $who }
why-forced = 已强制通过,视为完成。{ $who }
why-running = 自 { $at } 起运行中(已 { $span })。
why-running-flow = 自 { $at } 起运行中(已 { $span }),在平台 { $platform } 上的编号是 { $flow }。
why-watching = 自 { $at } 起反复查看(已 { $span }),等外部条件成立。
why-unfollowed = 没有人驱动本次运行:恢复运行之前,无人得知它的结果。
why-retrying = 失败了,将在 { $at } 自动重试:{ $why }
why-asks = 自 { $at } 起等待回答(已 { $span })。
why-question = 问题:{ $ask }
why-wanted-for = { $value }:已有 { $given } 票,需要 { $wanted } 票
why-failed = { $at } 失败:{ $why }
why-rejected = 已被驳回。{ $who }
why-cancelled = 本次运行已取消,不再启动任何步骤。{ $who }
why-stopped = 不再启动任何步骤:{ $steps } 失败,按设定整个运行停止。
why-held = 自 { $at } 起被暂停。{ $who }
why-held-run = 整个运行自 { $at } 起被暂停,不再启动任何步骤。{ $who }
why-also-held = 轮到它时仍被暂停。{ $who }
why-undriven = 已轮到它,但没有人驱动本次运行。
why-full-run = 本次运行最多同时执行 { $limit } 个步骤,现在正在执行:{ $steps }
why-full-stage = 该阶段最多同时执行 { $limit } 个步骤,现在正在执行:{ $steps }
why-full-platform = 平台 { $platform } 最多同时执行 { $limit } 个流程,现在正在执行:{ $steps }
why-starts = 已轮到它:马上启动,或等其他运行让出平台的位置后启动。
why-waits = 还没轮到它:前面有未完成的步骤。
why-void = { $answer } 的回答已作废,因为它所依据的内容重做了。{ $who }
why-need = 它依赖的步骤 { $step }
why-phase = { $stage },{ $part }:共 { $of } 个,{ $left } 个未完成
why-waiting = 还没轮到:{ $steps }
why-more-steps = ... 还有其他步骤
why-and-more = { $names } 等,另有 { $count } 个
why-who-asked = 可回答的人:{ $people }
why-who-operators = 可处理的人:{ $people }
why-who-anybody = 可处理的人:能使用本项目的任何人(项目没有班表)
why-who-no-one = 班表中现在没有人可以处理。
why-who-itself = 无需人工处理,会自动继续。
why-who-nobody = 不可恢复。
why-late = 已超时 { $by },期限是 { $deadline }
why-late-stage = 阶段 { $stage } { $late }
why-run-done = 所有步骤都已完成。
why-holds = { $count ->
    [0] 没有步骤在等它
   *[other] 有 { $count } 个步骤在等它
  }
why-more-causes = ... 另有 { $count } 项;全部内容:monthstart why --json
