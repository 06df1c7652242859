### man:手册页。

man-name = 名称
man-synopsis = 用法
man-description = 说明
man-verbs = 命令
man-options = 所有命令通用的选项
man-exit = 退出码
man-environment = 环境变量
man-files = 文件
man-examples = 示例

man-about =
    monthstart 按运行手册执行月初工作:各阶段的步骤按等级并行执行,确认关口由人回答,完成后给下一班发交接邮件。

    运行手册是项目目录中的 YAML 文件。一次运行是一本运行手册在一个账期的执行。运行中发生的一切都先记入运行日志再执行,因此终端断开、停止或崩溃后都可以用 'monthstart resume' 继续。

    所有作决定的命令都可以在任何终端使用,无论是否有人驱动运行。STEP 是步骤名称,名称不唯一时写 阶段/名称;名称#confirm 和 名称#review 是步骤的确认关口。RUN 形如 month-start/2026-10;不写则是未结束的运行,否则是最近一次。

man-exit-0 = 完成;对只查看的命令:可以读取,不论内容如何
man-exit-1 = 意外错误;对 'verify':运行日志与写入时不一致
man-exit-2 = 用法错误:文件、运行、步骤或参数不存在,或取值不对
man-exit-3 = 运行手册、设置、班表或月份文件有误;没有启动任何东西
man-exit-4 = 已停住(失败、被驳回或结果不明的步骤需要决定),或已取消
man-exit-5 = 正在等人或等时间
man-exit-6 = 被拒绝:不允许、状态不对、已有决定、该月已执行
man-exit-7 = 存储、平台或邮件服务器无法访问
man-exit-130 = 被中断,可以恢复

man-env-state = 在各处代替 .monthstart 的目录
man-env-store = 同 --store
man-env-profile = 同 --profile
man-env-lang = 回答的语言及编码:zh_CN.GBK 用 GBK
man-env-no-color = 设置后不用颜色
man-env-term = 为 dumb 时没有画面,只逐行显示
man-env-path = 在其中查找步骤的程序

man-file-settings = 项目设置:连接、平台、邮件、时区
man-file-overlay = 使用 --profile NAME 时的不同之处
man-file-roster = 人员、角色、班次(由设置指明)
man-file-runbook = 运行手册
man-file-month = 某个月的不同之处
man-file-journal = 所有运行的事件、计划和邮件
man-file-logs = 步骤的输出,每次执行一个文件
man-file-mail = 未指定邮件服务器时的邮件
man-file-locks = 谁在驱动哪次运行,以及平台上的位置

man-example-validate = 列出项目文件中的所有问题
man-example-run = 启动该月并驱动到底
man-example-confirm = 在另一个终端回答确认关口
man-example-why = 运行在等什么,谁能处理
man-example-resume = 停止或崩溃后继续驱动
