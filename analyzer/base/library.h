/* Libraries that few captures ask for, loaded when one does. The loader would otherwise take as long for
 * them, and for those that they stand on, as closelint takes to read its rules. */
#pragma once

#include <stdbool.h>

/* Finds the functions called `functions` (the last is NULL) in the first library of `names` (likewise) that
 * there is, which stays loaded, and stores them in `ret_functions`, unless they are there already. False
 * where there is none, or one that has not all of them: then the first stays NULL, and `*ret_problem` is the
 * loader's words, which the caller frees. */
bool library_load(const char *const *names, const char *const *functions, void **ret_functions,
                  char **ret_problem);
