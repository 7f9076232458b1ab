/* Counts the calls of malloc, calloc and realloc by this thread, on glibc; elsewhere it counts nothing. */
unsigned long allocation_counter_count(void);
