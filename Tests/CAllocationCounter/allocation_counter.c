#include "allocation_counter.h"
#include <stdlib.h>

static unsigned long count;

unsigned long allocation_counter_count(void) { return __atomic_load_n(&count, __ATOMIC_RELAXED); }

#if defined(__GLIBC__)
/* The program's own definitions take the place of the library's, for every module that is loaded. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static void add_one(void) { __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED); }

void *malloc(size_t size) { add_one(); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { add_one(); return __libc_calloc(number, size); }
void *realloc(void *memory, size_t size) { add_one(); return __libc_realloc(memory, size); }
#endif
