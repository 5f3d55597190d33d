/* A share that hangs, for tests: who opens a file whose path holds HANG waits for ever while the file HANG_WHILE exists. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void hang(const char *path) {
    const char *part = getenv("HANG"), *flag = getenv("HANG_WHILE");
    if (!part || !flag || !strstr(path, part)) return;
    while (access(flag, F_OK) == 0) usleep(100000);
}
#define MODE va_list rest; va_start(rest, flags); int mode = va_arg(rest, int); va_end(rest)
int open(const char *path, int flags, ...) {
    MODE; hang(path);
    return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open"))(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE; hang(path);
    return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64"))(path, flags, mode);
}
