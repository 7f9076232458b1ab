/* Counts the calls of malloc, calloc and realloc in the whole process, on glibc; elsewhere it counts nothing. */
unsigned long allocation_counter_count(void);
