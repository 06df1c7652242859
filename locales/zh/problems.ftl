### 文件中的问题，以及可能的本意。

## 外框

problem-error = 错误
problem-warning = 警告
problem-help = 建议
problem-first-here = 第一次在这里

## 文件

problem-file-too-large = { $path } 有 { $size } MiB，最多只读取 { $limit } MiB 的文件
problem-not-utf8 = 这里不是 UTF-8 编码
help-problem-not-utf8 = 请把文件另存为 UTF-8 编码
problem-control-character = 这里不能有字符 { $code }
problem-more = { $path } 还有 { $count } 处问题

## YAML

problem-yaml-empty = 文件是空的
problem-yaml-tab = 缩进不能用制表符
help-problem-yaml-tab = 请改用空格
problem-yaml-tag = 这里不使用标签（!…）
problem-yaml-anchor = 这里不使用锚点和别名（&…、*…）；以这些字符开头的文本请加引号
problem-yaml-merge-key = 这里不使用合并键（<<）
problem-yaml-second-document = 这里开始了第二个文档，一个文件只能有一个
problem-yaml-depth = 列表和映射在这里嵌套超过 { $limit } 层
problem-yaml-key = 键必须是一个词
help-problem-yaml-key = 以 {"{"}{"{"} 开头的文本请加引号
problem-yaml-quote = 这里开始的带引号文本没有正确结束
problem-yaml-escape = 双引号文本里有不认识的转义（\…）
problem-yaml-colon = 这里的冒号不能构成键：缩进不对，或者文本需要加引号
problem-yaml-character = 以这个字符开头的文本需要加引号
problem-yaml-bracket = 这里的括号不配对，或者缺少逗号
problem-yaml-indent = 缩进与上面的行不一致
problem-yaml-syntax = 这不是合法的 YAML：{ $detail }
problem-doubled-key = 键 `{ $key }` 在这里重复出现

## 键与形状

problem-unknown-key = { $thing }里没有 `{ $key }` 这个键
help-problem-meant = 是不是想写 `{ $word }`？
help-problem-known-keys = 这里可用的键：{ $keys }
help-problem-known-names = 已有的名称：{ $names }
problem-missing-key = { $thing }缺少键 `{ $key }`
problem-none-of = { $thing }缺少以下键之一：{ $keys }
problem-two-variants = { $thing }里不能同时写 `{ $first }` 和 `{ $second }`
problem-key-does-not-go-with = `{ $key }` 不能与 `{ $with }` 一起使用
help-problem-goes-with = `{ $key }` 可用于：{ $keys }
problem-not-one-entry = 这里必须恰好有一项，现在有 { $count } 项
problem-expected = 这里应该是{ $what }，却写了{ $found }
problem-found-nothing = 空值
problem-found-text = “{ $text }”
problem-found-list = 一个列表
problem-found-map = 一个映射
help-problem-without-quotes = 请去掉引号
help-problem-write-list = 请写成列表：[{ $text }]
problem-more-than-one-line = 这里只能写一行
problem-pattern = 这不是合法的正则表达式：{ $detail }
problem-secret-in-text = 密码不能直接写在文件里
problem-password-in-url = 这个地址里含有密码
help-problem-secret = 请从环境变量 {"{"}env: NAME{"}"} 或文件 {"{"}file: PATH{"}"} 读取

## 可以写什么

problem-shape-or = { $first }或{ $second }
problem-shape-line = 一行文本
problem-shape-lines = 文本
problem-shape-name = 名称（字母、数字、_ . -，最多 64 个，以字母或数字开头）
problem-shape-ident = 由字母、数字和 _ 组成、不以数字开头的词
problem-shape-each-value = 不含斜杠、# 和控制字符、最多 64 个字符的值
problem-shape-flag = true 或 false
problem-shape-integer = { $min } 到 { $max } 的整数
problem-shape-any-integer = 整数
problem-shape-separator = 一个字符
problem-shape-factor = 1 到 100 的数
problem-shape-duration = 时长，如 90s、5m、2h、1d
problem-shape-time = 时刻，如 "02:00"
problem-shape-date = 日期，如 2026-11-01
problem-shape-day = 1 到 31 的日，或 last
problem-shape-moment = 时间，如 "2026-11-01 02:10"
problem-shape-share = 比例，如 10%
problem-shape-months = 月数，如 3 months
problem-shape-tolerance = 数或比例，如 3、0.5%
problem-shape-comparison = rows 或 sum(列名)
problem-shape-pattern = 正则表达式
problem-shape-url = 地址
problem-shape-email = 电子邮件地址
problem-shape-word = 以下之一：{ $words }
problem-shape-secret = 密钥的来源 {"{"}env: NAME{"}"} 或 {"{"}file: PATH{"}"}
problem-shape-list = 列表
problem-shape-map = 键值对（{ $thing }）
problem-shape-map-of = 名称与值

## 事物

problem-thing-runbook = 运行手册
problem-thing-stage = 阶段
problem-thing-step = 步骤
problem-thing-defaults = 默认值
problem-thing-param = 参数
problem-thing-gate = 确认关口
problem-thing-review = 复核
problem-thing-notice = 通知
problem-thing-on-reject = on_reject
problem-thing-evidence = 证据
problem-thing-field = 表单字段
problem-thing-sql = sql
problem-thing-sql-file = sql
problem-thing-retry = retry
problem-thing-deadline = 时限
problem-thing-poll = poll
problem-thing-each-file = 取自文件的值
problem-thing-load = load
problem-thing-check = 检查项
problem-thing-table-pair = table
problem-thing-like = like
problem-thing-compare = 比较项
problem-thing-wait = wait
problem-thing-http = 请求
problem-thing-mail = 邮件
problem-thing-project = 项目设置
problem-thing-from = 外部设置
problem-thing-secret = 密钥
problem-thing-mail-settings = 邮件设置
problem-thing-connection = 连接
problem-thing-platform = 平台
problem-thing-actions = 平台的 flow
problem-thing-action = 动作
problem-thing-roster = 值班表
problem-thing-person = 人员
problem-thing-shift = 班次
problem-thing-rota = 排班行
problem-thing-month-file = 月份文件
problem-thing-skip = 跳过的步骤
problem-thing-agreed = agreed

## 形状正确但不合理

problem-no-stages = 运行手册需要 stages 或 include
problem-doubled-stage = 又有一个阶段叫 `{ $name }`
problem-after-missing = 阶段 `{ $name }` 没有说明它等待哪些阶段
help-problem-after-missing = 请写 after: [阶段名]；不等待任何阶段时写 after: []
problem-empty-stage = 阶段 `{ $name }` 没有步骤
problem-flow-twice = 流程 `{ $flow }` 在阶段 `{ $stage }` 里列了两次
problem-doubled-step = 阶段 `{ $stage }` 里又有一个步骤叫 `{ $name }`
problem-step-without-name = 这个步骤需要名称
help-problem-step-without-name = 请加上 name: …；只有 flow、follow 和 force_pass 可以沿用流程名
problem-choice-without-values = 选项 `{ $name }` 需要 values: […]
problem-default = `{ $name }` 的默认值不符合它自己的类型
problem-min-above-max = `{ $name }` 的 min 大于 max
problem-empty = 这里不能为空
problem-merge-without-key = mode: merge 需要 key: [列名]
problem-where-without-replace = where 只能与 mode: replace 一起使用
problem-timeout-without-deadline = on_timeout: fail 需要 deadline
problem-unknown-connection = 没有连接 `{ $name }`
problem-unknown-person = 没有人员 `{ $name }`
problem-unknown-shift = 没有班次 `{ $name }`
problem-submit-without-poll = submit 需要 poll：否则无法知道流程何时完成
problem-poll-without-succeeded = poll 需要 succeeded：用来判断流程完成的正则
problem-platform-without-connection = 平台 `{ $name }` 要执行 SQL，却没有 connection
problem-doubled-skip = 步骤 `{ $name }` 被重复跳过
