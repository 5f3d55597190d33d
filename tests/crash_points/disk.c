/* The door between a program and its disk: counts, breaks or records every call that changes something below a folder.
   cc -shared -fPIC -O1 -o disk.so disk.c -ldl; LD_PRELOAD=./disk.so python ...; the functions disk_* are called by ctypes. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, BREAK, FULL, LOCK };  /* what happens at the point `target` */
enum { SPACE = 1, LOCKS = 2 };                 /* kinds of points */
#define FILES 4096

static char root[PATH_MAX];
static size_t root_length;
static volatile int mode, hit, target, points, locks, busy, full;
static long room;
static int record = -1;
static char *names[FILES];
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;

static void *find(void **real, const char *name) { return *real ? *real : (*real = dlsym(RTLD_NEXT, name)); }
#define REAL(name) ((typeof(&name))find(&real_##name, #name))
#define KEEP(name) static void *real_##name

KEEP(openat64); KEEP(close); KEEP(write); KEEP(pwrite64); KEEP(writev); KEEP(ftruncate64); KEEP(fsync); KEEP(fdatasync);
KEEP(renameat); KEEP(unlinkat); KEEP(mkdirat); KEEP(sendfile64); KEEP(copy_file_range); KEEP(fcntl64); KEEP(usleep); KEEP(dup2);
KEEP(posix_fallocate64); KEEP(statvfs64);

/* The absolute path, without a call that would change anything; NULL where it is not ours. */
static const char *ours(int folder, const char *path, char *out) {
    if (!mode || !path) return NULL;
    if (path[0] == '/') snprintf(out, PATH_MAX, "%s", path);
    else {
        char link[64], base[PATH_MAX];
        if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t n = readlink(link, base, sizeof base - 1);
        if (n < 0) return NULL;
        base[n] = 0;
        if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return NULL;
    }
    size_t end = strlen(out);
    while (end > 1 && out[end - 1] == '/') out[--end] = 0;
    if (strncmp(out, root, root_length) || (out[root_length] && out[root_length] != '/')) return NULL;
    return out + root_length + (out[root_length] == '/');
}

static const char *name_of(int fd) { return mode && fd >= 0 && fd < FILES ? names[fd] : NULL; }

static void forget(int fd) {
    if (fd >= 0 && fd < FILES && names[fd]) { free(names[fd]); names[fd] = NULL; }
}

/* One line of the record: the call, its numbers, the lengths of what follows: a name, another name, data. */
static void note(char call, const char *name, const char *other, long at, long size, const void *data) {
    if (record < 0) return;
    char head[96];
    int n = snprintf(head, sizeof head, "%c %d %ld %ld %zu %zu %ld\n", call, points, at, size, strlen(name), strlen(other), data ? size : 0L);
    struct iovec parts[] = {{head, n}, {(void *)name, strlen(name)}, {(void *)other, strlen(other)}, {(void *)data, data ? size : 0}};
    syscall(SYS_writev, record, parts, 4);
}

/* A point is reached: 0 to go on, else the error. */
static int point(const char *name, int kind, long bytes) {
    if (mode == LOCK) return 0;
    ++points;
    if (mode == KILL && points == target) { hit = 1; syscall(SYS_exit_group, 137); }
    if (mode == BREAK && points == target) { hit = 1; return EIO; }
    if (mode == FULL && points == target) { full = 1; if (kind & SPACE) hit = 1; }
    if (full && (kind & SPACE)) {
        if (room > bytes) { room -= bytes; return 0; }
        hit = 1;
        return ENOSPC;
    }
    (void)name;
    return 0;
}

#define ENTER pthread_mutex_lock(&door)
#define LEAVE do { int kept = errno; pthread_mutex_unlock(&door); errno = kept; } while (0)
#define FAIL(code) do { int why = (code); if (why) { pthread_mutex_unlock(&door); errno = why; return -1; } } while (0)

static int open_it(int folder, const char *path, int flags, mode_t bits) {
    char full_path[PATH_MAX];
    const char *name = ours(folder, path, full_path);
    if (!name) return REAL(openat64)(folder, path, flags, bits);
    struct stat64 found;
    ENTER;
    int there = !fstatat64(AT_FDCWD, full_path, &found, 0);
    int makes = (flags & O_CREAT) && !there, empties = there && (flags & O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY && found.st_size;
    if (makes) FAIL(point(name, SPACE, 0));
    if (empties) FAIL(point(name, 0, 0));
    int fd = REAL(openat64)(folder, path, flags, bits);
    if (fd >= 0 && fd < FILES) {
        forget(fd);
        names[fd] = strdup(name);
        if (makes) note('c', name, "", 0, 0, NULL);
        if (empties) note('t', name, "", 0, 0, NULL);
    }
    LEAVE;
    return fd;
}

static mode_t bits_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }
#define OPEN(function, first, folder) int function first { va_list more; va_start(more, flags); mode_t bits = bits_of(flags, more); va_end(more); return open_it(folder, path, flags, bits); }
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int folder, const char *path, int flags, ...), folder)
OPEN(openat64, (int folder, const char *path, int flags, ...), folder)

int close(int fd) { forget(fd); return REAL(close)(fd); }
int dup2(int old, int new) { forget(new); return REAL(dup2)(old, new); }

static ssize_t write_it(int fd, const void *data, size_t size, off64_t at, int placed) {
    const char *name = name_of(fd);
    if (!name) return placed ? REAL(pwrite64)(fd, data, size, at) : REAL(write)(fd, data, size);
    ENTER;
    FAIL(point(name, SPACE, size));
    if (!placed) {
        struct stat64 found;
        at = fcntl(fd, F_GETFL) & O_APPEND && !fstat64(fd, &found) ? found.st_size : lseek64(fd, 0, SEEK_CUR);
    }
    ssize_t done = placed ? REAL(pwrite64)(fd, data, size, at) : REAL(write)(fd, data, size);
    if (done > 0) note('w', name, "", at, done, data);
    LEAVE;
    return done;
}
ssize_t write(int fd, const void *data, size_t size) { return write_it(fd, data, size, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return write_it(fd, data, size, at, 1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return write_it(fd, data, size, at, 1); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!name_of(fd)) return REAL(writev)(fd, parts, count);
    return count ? write_it(fd, parts[0].iov_base, parts[0].iov_len, 0, 0) : 0;
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t size) {
    if (name_of(to)) { errno = EINVAL; return -1; }  /* the caller falls back to write */
    return REAL(sendfile64)(to, from, at, size);
}
ssize_t sendfile(int to, int from, off_t *at, size_t size) { return sendfile64(to, from, (off64_t *)at, size); }
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t size, unsigned flags) {
    if (name_of(to)) { errno = EXDEV; return -1; }
    return REAL(copy_file_range)(from, a, to, b, size, flags);
}
int posix_fallocate64(int fd, off64_t at, off64_t size) { return name_of(fd) ? EOPNOTSUPP : REAL(posix_fallocate64)(fd, at, size); }
int posix_fallocate(int fd, off_t at, off_t size) { return posix_fallocate64(fd, at, size); }

static int cut_it(int fd, off64_t size) {
    const char *name = name_of(fd);
    if (!name) return REAL(ftruncate64)(fd, size);
    ENTER;
    FAIL(point(name, SPACE, 0));
    int done = REAL(ftruncate64)(fd, size);
    if (!done) note('t', name, "", size, 0, NULL);
    LEAVE;
    return done;
}
int ftruncate(int fd, off_t size) { return cut_it(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut_it(fd, size); }

static int sync_it(int fd, int data_only) {
    const char *name = name_of(fd);
    if (!name) return data_only ? REAL(fdatasync)(fd) : REAL(fsync)(fd);
    struct stat64 found;
    ENTER;
    FAIL(point(name, 0, 0));
    int folder = !fstat64(fd, &found) && S_ISDIR(found.st_mode);
    note(folder ? 'd' : 's', name, "", 0, 0, NULL);  /* the disk itself need not work: what it holds is in the record */
    LEAVE;
    return 0;
}
int fsync(int fd) { return sync_it(fd, 0); }
int fdatasync(int fd) { return sync_it(fd, 1); }

int renameat(int a, const char *old, int b, const char *new) {
    char one[PATH_MAX], two[PATH_MAX];
    const char *from = ours(a, old, one), *to = ours(b, new, two);
    if (!from && !to) return REAL(renameat)(a, old, b, new);
    ENTER;
    FAIL(point(to ? to : from, 0, 0));
    int done = REAL(renameat)(a, old, b, new);
    if (!done) note('r', from ? from : "", to ? to : "", 0, 0, NULL);
    LEAVE;
    return done;
}
int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }

int unlinkat(int folder, const char *path, int flags) {
    char full_path[PATH_MAX];
    const char *name = ours(folder, path, full_path);
    struct stat64 found;
    if (!name || fstatat64(AT_FDCWD, full_path, &found, AT_SYMLINK_NOFOLLOW)) return REAL(unlinkat)(folder, path, flags);
    ENTER;
    FAIL(point(name, 0, 0));
    int done = REAL(unlinkat)(folder, path, flags);
    if (!done) { note('u', name, "", 0, 0, NULL); if (full && !(flags & AT_REMOVEDIR)) room += found.st_size; }
    LEAVE;
    return done;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t bits) {
    char full_path[PATH_MAX];
    const char *name = ours(folder, path, full_path);
    struct stat64 found;
    if (!name || !fstatat64(AT_FDCWD, full_path, &found, 0)) return REAL(mkdirat)(folder, path, bits);
    ENTER;
    FAIL(point(name, SPACE, 0));
    int done = REAL(mkdirat)(folder, path, bits);
    if (!done) note('m', name, "", 0, 0, NULL);
    LEAVE;
    return done;
}
int mkdir(const char *path, mode_t bits) { return mkdirat(AT_FDCWD, path, bits); }

int statvfs64(const char *path, struct statvfs64 *found) {
    int done = REAL(statvfs64)(path, found);
    if (!done && full) found->f_bavail = found->f_bfree = room / found->f_frsize;
    return done;
}
int statvfs(const char *path, struct statvfs *found) { return statvfs64(path, (struct statvfs64 *)found); }

/* SQLite locks a writer by a byte of the file -shm (120), without a write-ahead log by the file itself. */
static int lock_it(int fd, int command, void *argument) {
    const char *name = name_of(fd);
    if (name && (command == F_SETLK || command == F_OFD_SETLK) && argument) {
        const struct flock *wanted = argument;
        const char *file = strstr(name, ".loa/station.db"), *other = strstr(name, ".loa/console.db");
        const char *rest = file ? file + 15 : other ? other + 15 : "no";
        int writes = wanted->l_type == F_WRLCK && (!*rest || (!strcmp(rest, "-shm") && wanted->l_start == 120));
        if (writes) {
            ++locks;
            if (mode == LOCK && locks == target) busy = hit = 1;
            if (busy) { errno = EAGAIN; return -1; }
        }
    }
    return REAL(fcntl64)(fd, command, argument);
}
int fcntl(int fd, int command, ...) { va_list more; va_start(more, command); void *argument = va_arg(more, void *); va_end(more); return lock_it(fd, command, argument); }
int fcntl64(int fd, int command, ...) { va_list more; va_start(more, command); void *argument = va_arg(more, void *); va_end(more); return lock_it(fd, command, argument); }
int usleep(useconds_t span) { return busy ? 0 : REAL(usleep)(span); }  /* SQLite counts how often it waited, not how long */

/* --- for the harness --- */
void disk_watch(const char *folder, int what, int at, int into) {
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    target = at; points = locks = hit = busy = full = 0; room = 0; record = into; mode = what;
}
void disk_heal(void) { busy = full = 0; target = 0; }  /* the person made room; the other program let go */
void disk_ignore(void) { mode = OFF; busy = full = 0; }
void disk_mark(const char *text) { if (mode) { ENTER; note('!', text, "", 0, 0, NULL); LEAVE; } }
int disk_points(void) { return points; }
int disk_locks(void) { return locks; }
int disk_hit(void) { return hit; }
