### 信件:交接信的词句,以及发信的错误。

mail-subject = [月初] { $month } { $stage } 已完成 ({ $run })
mail-subject-shadow = [影子]
mail-shadow = [影子] 影子运行的信:只读取、跟踪、核对和询问,没有提交、没有写入任何东西。
mail-round = 第 { $number } 轮
mail-title = { $stage } 已完成
mail-and = 、
mail-no-address = { $name }(没有邮箱,未收到本信)
mail-span = { $from } 至 { $to },历时 { $took }

mail-fact-run = 运行
mail-fact-stage = 阶段
mail-fact-month = 账期
mail-fact-round = 轮次
mail-fact-deadline = 时限
mail-fact-span = 起止
mail-fact-status = 全局
mail-fact-waits = 待办
mail-waits = { $open } 个关口等人回答,{ $troubled } 个步骤失败或结果不明(见“接下来”)
mail-fact-to = 交给

mail-attention = 请先看这里({ $count } 处)
mail-attention-none = 没有强制、跳过或修复过的步骤
mail-mark-forced = 强制通过
mail-mark-settled = 结果不明,由人认定完成
mail-mark-skipped = 已跳过
mail-mark-month = 本月不跑
mail-mark-repaired = 失败过
mail-mark-was-forced = 曾强制通过,后已重做
mail-mark-was-skipped = 曾跳过,后已重做
mail-mark-redone = 重做过
mail-mark-held = 暂停中
mail-mark-run-held = 全部暂停
mail-mark-late = 逾期
mail-done-late = 时限 { $at },完成时逾期 { $by }
mail-deadline-kept = { $at },按时完成
mail-deadline-missed = { $at },完成时逾期 { $by }
mail-voided-by = 因重做作废:{ $told }
mail-why = 原因:{ $why }
mail-agreed = 依据:{ $who }
mail-repaired = 失败 { $failures } 次,第 { $attempts } 次成功
mail-not-repaired = 失败 { $failures } 次,共跑 { $attempts } 次
mail-begun-again = 共做 { $attempts } 次
mail-retried-by = 重试:{ $told }

mail-decisions = 谁确认了什么
mail-by-hand = { $name }(由 { $hand } 操作)
mail-played = 演示代答
mail-in-advance = 预先答复
mail-note = 备注:{ $note }
mail-form-who = 告知人
mail-form-channel = 方式
mail-form-told_at = 告知时间
mail-channel-phone = 电话
mail-channel-mail = 邮件
mail-channel-chat = 群消息
mail-channel-paper = 书面

mail-steps = 步骤
mail-part-ready = 前置
mail-part-level = 第 { $number } 级
mail-part-verify = 核对
mail-attempts = 跑 { $count } 次
mail-more = 另有 { $count } 条说明

mail-next = 接下来
mail-next-nothing = 接下来:暂无需要人处理的事
mail-next-green = 接下来:全部阶段已完成,本次运行结束
mail-asked = 请 { $who } 回答
mail-any-operator = 任一值班员
mail-role = { $role }({ $names })
mail-votes = 已有 { $given } 票,需要 { $total } 票
mail-each-open = 还差 { $count } 项:{ $list }
mail-since = 从 { $at } 等到现在
mail-retry-at = { $at } 自动重试
mail-may-start = 可以开始
mail-stages = 其他阶段
mail-stage-marks = 强制通过 { $forced } 步,跳过 { $skipped } 步
mail-progress = { $done }/{ $total } 步
mail-deadline = 时限 { $at }
mail-deadline-passed = 时限 { $at },已逾期 { $by }
mail-waits-for = 等待 { $names } 完成
mail-this-month = 本月约定不跑的步骤

mail-look = 查看最新情况:
mail-basis = 本信依据运行日志第 { $seq } 条,写于 { $at }({ $zone } 时间)。

mail-error-from = 发件人 mail.from 不是有效的邮箱:{ $text }。应写成:月初值班 <ops@example.com>
mail-error-no-recipient = 收件人中没有有效的邮箱地址
mail-error-message-id = 信件的 Message-ID 无效
mail-error-build = 无法组成邮件:{ $why }
mail-error-address = 不是有效的邮箱地址
mail-error-utf8 = { $host } 不支持非 ASCII 邮箱地址(SMTPUTF8)
mail-error-timeout = { $host } 在 { $after } 内没有完成应答
mail-error-server = { $host }:{ $why }
mail-error-tls = 与 { $host } 的加密连接未建立:{ $why }
mail-error-no-starttls = { $host } 未提供 STARTTLS,为免明文传输,没有发送。若确为内网明文中继,请在 mail 中写 starttls: none
mail-error-login = { $host } 拒绝登录,本次运行不再尝试,以免账号被锁:{ $why }
mail-error-file = 无法写入 { $folder }:{ $why }

mail-setup-url = mail.smtp 应为 smtps://主机:端口 或 smtp://主机:端口,用户和密码写在 user、password 中:{ $text }
mail-setup-secret = 取不到 mail.{ $key }:{ $why }
mail-setup-half-a-login = mail.user 和 mail.password 必须同时给出
mail-setup-ca = 邮件服务器的证书设置不可用:{ $why }
