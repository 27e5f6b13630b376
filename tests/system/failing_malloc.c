/*
 * Lets memory run out in a worker when a test says so: test_out_of_memory.py preloads this into the
 * pool. The file that FAILING_MALLOC names is shared with the test. It holds two numbers: how many
 * more requests for memory succeed (negative: all), and how many fail after them.
 *
 * libfcgi always gets its memory: without it an assertion ends the process, and the master starts
 * another worker, which test_pool.py tests.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

struct plan {
    _Atomic int64_t given, refused;
};

static struct plan *plan;

__attribute__((constructor)) static void read_plan(void)
{
    const char *path = getenv("FAILING_MALLOC");
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *shared = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared != MAP_FAILED)
        plan = shared;
}

static bool is_worker(void)
{
    char name[16] = "";
    return prctl(PR_GET_NAME, name) == 0 && strcmp(name, "berth-worker") == 0;
}

/* Whether the code at an address is libfcgi's. */
static bool is_libfcgi(void *address)
{
    Dl_info info;
    return dladdr(address, &info) != 0 && info.dli_fname != NULL &&
           strstr(info.dli_fname, "libfcgi") != NULL;
}

static bool is_refused(void *caller)
{
    if (plan == NULL || atomic_load(&plan->given) < 0 || !is_worker() || is_libfcgi(caller))
        return false;
    if (atomic_load(&plan->given) > 0) {
        atomic_fetch_sub(&plan->given, 1);
        return false;
    }
    if (atomic_load(&plan->refused) == 0)
        return false;
    atomic_fetch_sub(&plan->refused, 1);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return is_refused(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return is_refused(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
