#include "base/library.h"

#include <dlfcn.h>
#include <glib.h>

bool library_load(const char *const *names, const char *const *functions, void **ret_functions,
                  char **ret_problem)
{
    *ret_problem = NULL;
    void *library = NULL;
    for (; !library && *names; names++)
        library = dlopen(*names, RTLD_LAZY | RTLD_LOCAL);
    bool is_whole = library;
    for (; is_whole && *functions; functions++) {
        *ret_functions = dlsym(library, *functions);
        is_whole = *ret_functions++;
    }
    if (!is_whole)
        *ret_problem = g_strdup(dlerror());
    return is_whole;
}
