/* A bounded list of mistakes, ordered by file (as first seen), line and column when it is told. */
#include "rules/yaml/mistake.h"

#include "base/error.h"

typedef struct {
    guint file; /* index into `names` */
    unsigned line, column;
    char *message;
} Mistake;

struct MistakeList {
    GPtrArray *names; /* char* */
    GPtrArray *kept;  /* Mistake* */
    guint dropped;
};

static void mistake_free(gpointer data)
{
    Mistake *mistake = data;
    g_free(mistake->message);
    g_free(mistake);
}

MistakeList *mistake_list_new(void)
{
    MistakeList *list = g_new0(MistakeList, 1);
    list->names = g_ptr_array_new_with_free_func(g_free);
    list->kept = g_ptr_array_new_with_free_func(mistake_free);
    return list;
}

void mistake_list_free(MistakeList *list)
{
    if (!list)
        return;
    g_ptr_array_unref(list->names);
    g_ptr_array_unref(list->kept);
    g_free(list);
}

static guint file_index(MistakeList *list, const char *name)
{
    guint index;
    if (!g_ptr_array_find_with_equal_func(list->names, name, g_str_equal, &index)) {
        index = list->names->len;
        g_ptr_array_add(list->names, g_strdup(name));
    }
    return index;
}

static void take(MistakeList *list, const char *name, unsigned line, unsigned column, char *message)
{
    if (list->kept->len >= MISTAKES_MAX) {
        list->dropped++;
        g_free(message);
        return;
    }
    Mistake *mistake = g_new0(Mistake, 1);
    mistake->file = file_index(list, name);
    mistake->line = line;
    mistake->column = column;
    mistake->message = message;
    g_ptr_array_add(list->kept, mistake);
}

void mistake_list_add(MistakeList *list, const char *name, unsigned line, unsigned column, const char *format,
                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    take(list, name, line, column, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void mistake_list_add_at(MistakeList *list, const Source *source, size_t offset, const char *message)
{
    unsigned line, column;
    source_locate(source, offset, &line, &column);
    take(list, source->name, line, column, g_strdup(message));
}

guint mistake_list_length(const MistakeList *list)
{
    return list->kept->len + list->dropped;
}

static gint by_place(gconstpointer a, gconstpointer b)
{
    const Mistake *left = *(const Mistake *const *)a, *right = *(const Mistake *const *)b;
    if (left->file != right->file)
        return left->file < right->file ? -1 : 1;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->column < right->column ? -1 : left->column > right->column;
}

bool mistake_list_check(const MistakeList *list, GError **error)
{
    if (!list->kept->len)
        return true;

    g_ptr_array_sort(list->kept, by_place);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < list->kept->len; i++) {
        const Mistake *mistake = list->kept->pdata[i];
        g_string_append_printf(text, "%s%s:", i ? "\n" : "", (char *)list->names->pdata[mistake->file]);
        if (mistake->line)
            g_string_append_printf(text, "%u:%u:", mistake->line, mistake->column);
        g_string_append_printf(text, " error: %s", mistake->message);
    }
    if (list->dropped)
        g_string_append_printf(text, "\nand %u more", list->dropped);
    g_set_error_literal(error, CLOSELINT_ERROR, CLOSELINT_ERROR_RULES, text->str);
    return false;
}
