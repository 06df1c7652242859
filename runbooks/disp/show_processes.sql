-- 三台服务器上的分发进程。
select server, program, state, changed_at from disp_process order by server, program;
