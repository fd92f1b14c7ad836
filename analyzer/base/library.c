#include "base/library.h"

#include <dlfcn.h>
#include <glib.h>

bool library_load(const char *const *names, const char *const *functions, void **ret_functions,
                  char **ret_problem)
{
    *ret_problem = NULL;
    if (*ret_functions)
        return true;
    void *library = NULL;
    for (; !library && *names; names++)
        library = dlopen(*names, RTLD_LAZY | RTLD_LOCAL);
    bool is_whole = library;
    for (unsigned i = 0; is_whole && functions[i]; i++) {
        ret_functions[i] = dlsym(library, functions[i]);
        is_whole = ret_functions[i];
    }
    if (!is_whole) {
        *ret_functions = NULL;
        *ret_problem = g_strdup(dlerror());
    }
    return is_whole;
}
