#include "allocation_counter.h"
#include <stdlib.h>

/* One for each thread, so that counting neither costs an atomic operation nor makes threads contend. */
static _Thread_local unsigned long count;

unsigned long allocation_counter_count(void) { return count; }

#if defined(__GLIBC__)
/* The program's own definitions take the place of the library's, for every module that is loaded. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static void add_one(void) { count += 1; }

void *malloc(size_t size) { add_one(); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { add_one(); return __libc_calloc(number, size); }
void *realloc(void *memory, size_t size) { add_one(); return __libc_realloc(memory, size); }
#endif
