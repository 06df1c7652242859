/* Faults for one program, put between it and libc by LD_PRELOAD: the calls by which a process leaves something behind
 * are counted and logged, and one of them kills the process, fails, or finds the disk full. Nothing here is part of the
 * product, and the product knows nothing of it.
 *
 * FAULT_EXE      the program that is meant; in every other one this does nothing
 * FAULT_KEEPER   the word on a command line by which a keeper is told from an engine
 * FAULT_ROLE     engine, keeper: whose calls are counted and killed; left out: everybody's
 * FAULT_ONLY     the name of a call: no other is counted
 * FAULT_LOG      a file that gets a line for every call, before it is made: role, number, call, what it is about
 * FAULT_KILL     before:N, after:N: kill -9 of oneself at the call of that number; one process of a disk, once
 * FAULT_EIO      N: the fsync or fdatasync of that number fails; N+: that one and all after it
 * FAULT_FULL     N: files may grow by N bytes altogether, then the disk is full; N:M: until M calls were refused
 * FAULT_SHORT    N: no write takes more than N bytes
 * FAULT_STATE    a file of 4096 zeros: what the processes of one disk have in common, as `struct disk`; whoever writes
 *                something else into its third number has emptied the disk
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

extern char **environ;

struct disk {
    atomic_long grown, refused, emptied, killed;
};

static struct disk own_disk, *disk = &own_disk;
static atomic_long calls, syncs;
static int active, counted, log_fd = -1;
static long kill_before, kill_after, eio_at, eio_for_good, full_after = -1, full_for = -1, short_at;
static const char *exe = "", *role = "engine", *only;
static char preload[4096];

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static void note(long number, const char *call, const char *about);

/* Who comes after the one that was killed lives. */
static void die(void) {
    if (atomic_exchange(&disk->killed, 1)) return;
    note(0, "killed", "");
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static void note(long number, const char *call, const char *about) {
    char line[1200];
    int length = snprintf(line, sizeof line, "%s %ld %s %s\n", role, number, call, about);
    if (length >= (int)sizeof line) length = sizeof line - 1;
    if (log_fd >= 0) syscall(SYS_write, log_fd, line, (size_t)length);
}

/* Counts a call that is about to be made; its number, or 0 where nothing is counted. */
static long begin(const char *call, const char *about) {
    if (!active) return 0;
    int kept = errno;
    int counts = counted && (!only || strcmp(only, call) == 0);
    long number = counts ? atomic_fetch_add(&calls, 1) + 1 : 0;
    note(number, call, about);
    if (number && number == kill_before) die();
    errno = kept;
    return number;
}

static void end(long number) {
    if (number && number == kill_after) die();
}

static void path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlink, link, path, size - 1);
    path[length > 0 ? length : 0] = 0;
}

static long begin_fd(const char *call, int fd) {
    char path[1024] = "";
    if (active && log_fd >= 0) path_of(fd, path, sizeof path);
    return begin(call, path);
}

/* What is written to the terminal, or only wakes another thread, leaves nothing behind. */
static int leaves_traces(int fd) {
    struct stat found;
    return active && fd > 2 && syscall(SYS_fstat, fd, &found) == 0 && (found.st_mode & S_IFMT) != 0;
}

static int is_full(void) {
    if (full_after < 0 || atomic_load(&disk->emptied) || atomic_load(&disk->grown) < full_after) return 0;
    return full_for < 0 || atomic_fetch_add(&disk->refused, 1) < full_for;
}

/* How much of a write to a file the disk still takes; -1: nothing. Only growth needs room. */
static long room(int fd, long size, long at) {
    struct stat found;
    if (!active || fd <= 2 || size <= 0) return size;
    if (syscall(SYS_fstat, fd, &found) != 0 || !S_ISREG(found.st_mode)) return size;
    if (short_at > 0 && size > short_at) size = short_at;
    if (full_after < 0 || atomic_load(&disk->emptied)) return size;
    if (at < 0) {
        int append = fcntl(fd, F_GETFL) & O_APPEND;
        at = append ? found.st_size : syscall(SYS_lseek, fd, 0L, SEEK_CUR);
    }
    long within = found.st_size > at ? found.st_size - at : 0;
    long growth = size > within ? size - within : 0;
    if (growth == 0) return size;
    long before = atomic_fetch_add(&disk->grown, growth);
    if (before + growth <= full_after) return size;
    atomic_store(&disk->grown, full_after);
    if (full_for >= 0 && atomic_load(&disk->refused) >= full_for) return size;
    long left = before < full_after ? full_after - before : 0;
    if (within + left > 0) return within + left;
    atomic_fetch_add(&disk->refused, 1);
    return -1;
}

#define NO_ROOM(failed) do { errno = ENOSPC; return failed; } while (0)

ssize_t write(int fd, const void *bytes, size_t size) {
    REAL(write);
    if (!leaves_traces(fd)) return real(fd, bytes, size);
    long number = begin_fd("write", fd), taken = room(fd, size, -1);
    if (taken < 0) NO_ROOM(-1);
    ssize_t done = real(fd, bytes, taken);
    end(number);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    REAL(pwrite64);
    if (!leaves_traces(fd)) return real(fd, bytes, size, at);
    long number = begin_fd("pwrite", fd), taken = room(fd, size, at);
    if (taken < 0) NO_ROOM(-1);
    ssize_t done = real(fd, bytes, taken, at);
    end(number);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

/* A vector's first piece alone is a short write, which every caller has to expect. */
ssize_t writev(int fd, const struct iovec *pieces, int count) {
    REAL(writev);
    if (!leaves_traces(fd)) return real(fd, pieces, count);
    if (count > 0 && (full_after >= 0 || short_at > 0)) return write(fd, pieces[0].iov_base, pieces[0].iov_len);
    long number = begin_fd("writev", fd);
    ssize_t done = real(fd, pieces, count);
    end(number);
    return done;
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t at) {
    return count > 0 ? pwrite64(fd, pieces[0].iov_base, pieces[0].iov_len, at) : 0;
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at) { return pwritev64(fd, pieces, count, at); }

static int sync_fails(void) {
    if (!counted || eio_at <= 0) return 0;
    long number = atomic_fetch_add(&syncs, 1) + 1;
    return number == eio_at || (eio_for_good && number > eio_at);
}

#define SYNC(name) \
    int name(int fd) { \
        REAL(name); \
        if (!active) return real(fd); \
        long number = begin_fd(#name, fd); \
        if (sync_fails()) { errno = EIO; return -1; } \
        int done = real(fd); \
        end(number); \
        return done; \
    }
SYNC(fsync)
SYNC(fdatasync)

/* Calls that change names: they need room where they make one. */
#define NAMED(result, name, makes, about, parameters, arguments) \
    result name parameters { \
        REAL(name); \
        if (!active) return real arguments; \
        long number = begin(#name, about); \
        if (makes && is_full()) NO_ROOM(-1); \
        result done = real arguments; \
        end(number); \
        return done; \
    }
NAMED(int, rename, 0, to, (const char *from, const char *to), (from, to))
NAMED(int, renameat, 0, to, (int a, const char *from, int b, const char *to), (a, from, b, to))
NAMED(int, renameat2, 0, to, (int a, const char *from, int b, const char *to, unsigned how), (a, from, b, to, how))
NAMED(int, link, 1, to, (const char *from, const char *to), (from, to))
NAMED(int, linkat, 1, to, (int a, const char *from, int b, const char *to, int how), (a, from, b, to, how))
NAMED(int, symlink, 1, to, (const char *from, const char *to), (from, to))
NAMED(int, unlink, 0, path, (const char *path), (path))
NAMED(int, unlinkat, 0, path, (int at, const char *path, int how), (at, path, how))
NAMED(int, mkdir, 1, path, (const char *path, mode_t mode), (path, mode))
NAMED(int, mkdirat, 1, path, (int at, const char *path, mode_t mode), (at, path, mode))
NAMED(int, rmdir, 0, path, (const char *path), (path))
NAMED(int, ftruncate64, 0, "", (int fd, off64_t size), (fd, size))

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int open_counted(int at, const char *path, int how, mode_t mode) {
    static int (*real)(int, const char *, int, ...);
    if (!real) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
    struct stat found;
    int makes = active && (how & O_CREAT) && fstatat(at, path, &found, 0) != 0;
    long number = makes ? begin("create", path) : 0;
    if (makes && is_full()) NO_ROOM(-1);
    int done = real(at, path, how, mode);
    end(number);
    return done;
}

#define MODE(how) \
    mode_t mode = 0; \
    if (how & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, how); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
int open64(const char *path, int how, ...) { MODE(how); return open_counted(AT_FDCWD, path, how, mode); }
int open(const char *path, int how, ...) { MODE(how); return open_counted(AT_FDCWD, path, how | O_LARGEFILE, mode); }
int openat64(int at, const char *path, int how, ...) { MODE(how); return open_counted(at, path, how, mode); }
int openat(int at, const char *path, int how, ...) { MODE(how); return open_counted(at, path, how | O_LARGEFILE, mode); }

#define SENT(result, name, parameters, arguments) \
    result name parameters { \
        REAL(name); \
        if (!active) return real arguments; \
        long number = begin_fd(#name, fd); \
        result done = real arguments; \
        end(number); \
        return done; \
    }
SENT(ssize_t, send, (int fd, const void *bytes, size_t size, int how), (fd, bytes, size, how))
SENT(ssize_t, sendmsg, (int fd, const struct msghdr *message, int how), (fd, message, how))

ssize_t sendto(int fd, const void *bytes, size_t size, int how, __CONST_SOCKADDR_ARG to, socklen_t length) {
    static ssize_t (*real)(int, const void *, size_t, int, __CONST_SOCKADDR_ARG, socklen_t);
    if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "sendto");
    long number = begin_fd("sendto", fd);
    ssize_t done = real(fd, bytes, size, how, to, length);
    end(number);
    return done;
}

int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t length) {
    static int (*real)(int, __CONST_SOCKADDR_ARG, socklen_t);
    if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "connect");
    long number = begin_fd("connect", fd);
    int done = real(fd, to, length);
    end(number);
    return done;
}

/* A process of the same program takes the faults along even where its environment was made anew; steps never do. */
static char **with_faults(const char *file, char *const *env) {
    static __thread char *merged[512];
    char path[4096];
    if (!active || !realpath(file, path) || strcmp(path, exe) != 0) return (char **)env;
    int count = 0;
    for (; env && *env && count < 480; env++)
        if (strncmp(*env, "LD_PRELOAD=", 11) != 0 && strncmp(*env, "FAULT_", 6) != 0) merged[count++] = *env;
    for (char **ours = environ; *ours && count < 510; ours++)
        if (strncmp(*ours, "FAULT_", 6) == 0) merged[count++] = *ours;
    merged[count++] = preload;
    merged[count] = NULL;
    return merged;
}

static long begin_spawn(const char *file, char *const *words) {
    char about[1024];
    size_t used = snprintf(about, sizeof about, "%s", file);
    for (int n = 1; words && words[0] && words[n] && used < sizeof about; n++)
        used += snprintf(about + used, sizeof about - used, " %s", words[n]);
    for (char *c = about; *c; c++)
        if (*c == '\n') *c = ' ';
    return begin("spawn", about);
}

#define SPAWN(name) \
    int name(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, \
             const posix_spawnattr_t *attributes, char *const words[], char *const env[]) { \
        REAL(name); \
        long number = begin_spawn(file, words); \
        int done = real(pid, file, actions, attributes, words, with_faults(file, env)); \
        end(number); \
        return done; \
    }
SPAWN(posix_spawn)
SPAWN(posix_spawnp)

#if __GLIBC_PREREQ(2, 39)
int pidfd_spawnp(int *fd, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const words[], char *const env[]) {
    static int (*real)(int *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                       char *const[], char *const[]);
    if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "pidfd_spawnp");
    long number = begin_spawn(file, words);
    int done = real(fd, file, actions, attributes, words, with_faults(file, env));
    end(number);
    return done;
}
#endif

pid_t fork(void) {
    REAL(fork);
    long number = begin("fork", "");
    pid_t pid = real();
    if (pid == 0) active = 0;
    else end(number);
    return pid;
}

static long number_in(const char *name, long without) {
    const char *text = getenv(name);
    return text ? atol(text) : without;
}

static int is_on_command_line(const char *word) {
    char line[8192];
    int fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY);
    long length = fd < 0 ? 0 : syscall(SYS_read, fd, line, sizeof line - 1);
    if (fd >= 0) syscall(SYS_close, fd);
    if (length < 0) length = 0;
    line[length] = 0;
    for (char *at = line; at < line + length; at += strlen(at) + 1)
        if (strcmp(at, word) == 0) return 1;
    return 0;
}

__attribute__((constructor)) static void prepare(void) {
    char self[4096] = "";
    syscall(SYS_readlink, "/proc/self/exe", self, sizeof self - 1);
    exe = getenv("FAULT_EXE") ? getenv("FAULT_EXE") : "";
    if (strcmp(self, exe) != 0) return;
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("LD_PRELOAD") ? getenv("LD_PRELOAD") : "");
    const char *keeper = getenv("FAULT_KEEPER"), *wanted = getenv("FAULT_ROLE"), *text;
    if (keeper && is_on_command_line(keeper)) role = "keeper";
    counted = !wanted || strcmp(wanted, role) == 0;
    if ((text = getenv("FAULT_KILL")) && counted) {
        if (strncmp(text, "before:", 7) == 0) kill_before = atol(text + 7);
        if (strncmp(text, "after:", 6) == 0) kill_after = atol(text + 6);
    }
    only = getenv("FAULT_ONLY");
    eio_at = number_in("FAULT_EIO", 0);
    eio_for_good = (text = getenv("FAULT_EIO")) && strchr(text, '+');
    full_after = number_in("FAULT_FULL", -1);
    if ((text = getenv("FAULT_FULL")) && strchr(text, ':')) full_for = atol(strchr(text, ':') + 1);
    short_at = number_in("FAULT_SHORT", 0);
    if ((text = getenv("FAULT_STATE"))) {
        int fd = syscall(SYS_openat, AT_FDCWD, text, O_RDWR | O_CLOEXEC);
        void *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (shared != MAP_FAILED) disk = shared;
        if (fd >= 0) syscall(SYS_close, fd);
    }
    if ((text = getenv("FAULT_LOG")))
        log_fd = syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    active = 1;
}
