### verify:运行日志是否与写入时一致。

verify-whole = { $run }:共 { $events } 个事件,完整,末尾哈希 { $head }
verify-broken = { $run } 与写入时不一致:{ $what }没有改动任何内容;写入时的内容请查看备份。
verify-number = 应为第 { $wanted } 个事件之处是 { $found }:有事件缺失或被插入。
verify-hash = 第 { $seq } 个事件与它的哈希不符:它或它之前的内容被改动过。
verify-unreadable = 第 { $seq } 个事件与哈希相符,但本程序无法读取({ $why })。
verify-head = 第 { $seq } 个事件是最后一个,但不是运行最后写入的那个:末尾有事件缺失或被添加。
verify-plan = 无法读取本次运行的计划({ $why })。
verify-row = 运行记录中的 { $column } 是 { $found },按事件应为 { $wanted }。
verify-row-unreadable = 无法读取运行记录({ $why })。
verify-letter = 邮件 { $id } 所属的第 { $seq } 个事件不存在。
