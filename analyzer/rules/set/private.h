/* What a RuleSet is made of, for the files that fill it, link it and ask it. Private to analyzer/rules. */
#pragma once

#include <glib.h>

#include "rules/yaml/mistake.h"
#include "rules/set/rule-set.h"
#include "rules/passes/sieve.h"
#include "rules/yaml/node.h"

/* A rule that was read and not compiled yet. */
typedef struct {
    Rule *rule;
    const YamlNode *map; /* borrowed */
    bool is_builtin;     /* the map stays */
} Draft;

/* A condition that was read and not compiled yet. */
typedef struct {
    Condition *condition;
    const YamlNode *when; /* borrowed */
} ConditionDraft;

/* A change to a rule in a user's file, kept until all rules are there. */
typedef struct {
    const YamlNode *id, *change;
    const char *name; /* of the file: interned */
} Override;

/* A parameter's other value in a user's file. */
typedef struct {
    const YamlNode *id, *value, *reason; /* reason may be NULL */
    const char *name;
} ParameterOverride;

/* An id given to select or ignore. */
typedef struct {
    char *id;
    const char *name;      /* interned */
    unsigned line, column; /* 0 on the command line */
} Choice;

struct RuleSet {
    GPtrArray *rules;                  /* Rule*, in order of loading; owned */
    GTree *by_id;                      /* id -> Rule* */
    GPtrArray *conditions;             /* Condition*, in order of loading; owned */
    GTree *conditions_by_key;          /* name, or file and name, -> Condition* */
    GPtrArray *parameters;             /* Parameter*, by name once finished; owned */
    GTree *parameters_by_name;         /* name -> Parameter* */
    guint *hints;                      /* names that were searched for: beyond MISTAKES_MAX nobody sees them */
    GPtrArray *all;                    /* Rule*, in order of rule_set_all() */
    GPtrArray *roots;                  /* Rule*: endings without a parent, in order */
    GPtrArray *causes;                 /* Rule*, in order */
    GPtrArray *cause_lists;            /* CauseList*, each once; owned */
    GPtrArray *findings;               /* Rule*, by id */
    GPtrArray *grouped;                /* the findings, in the order in which they are asked */
    Sieve *root_sieve, *finding_sieve; /* of the roots, and of those, once finished */

    /* until rule_set_finish() */
    GPtrArray *documents;     /* YamlNode*, of what is not compiled in */
    GArray *drafts;           /* Draft */
    GArray *condition_drafts; /* ConditionDraft */
    GArray *overrides;        /* Override */
    GArray *parameter_overrides;
    GArray *selected, *ignored; /* Choice; a select on the command line replaces those of files */
    guint file_depth;           /* of files that add files */
    bool loads_builtin, is_finished;
    bool defers_texts; /* of what is compiled in: sound with the values that parameters were declared with */
};

/* rule-load.c: whether a map has the key of some kind of rule. */
bool rule_is_map(const YamlNode *map);

/* rule-load.c: lower case letters, digits and single hyphens, a letter first. */
bool rule_is_id(const char *text);

/* rule-load.c: reads one rule from its map. */
void rule_load(RuleSet *rules, const char *name, const YamlNode *map, MistakeList *mistakes);

/* rule-compile.c: expressions, texts and evidence. */
void rule_compile(RuleSet *rules, const Draft *draft, MistakeList *mistakes);

/* config.c: `parameters`, `rules`, `select`, `ignore` and `add` of a map. */
void config_load(RuleSet *rules, const char *name, const YamlNode *map, MistakeList *mistakes);
bool config_is_key(const char *key);

/* override.c: puts into effect what users' files and the command line changed. */
void overrides_apply(RuleSet *rules, MistakeList *mistakes);
void choices_apply(RuleSet *rules, MistakeList *mistakes);

/* parameters.c */
void parameters_load(RuleSet *rules, const char *name, const YamlNode *map, MistakeList *mistakes);
void parameters_apply(RuleSet *rules, MistakeList *mistakes);

/* Whether all have the values that they were declared with. */
bool parameters_are_declared(const RuleSet *rules);

/* conditions.c: `conditions` of a file or `let` of a rule; compiled before the rules, the shared ones first,
 * each before those that stand after it. */
void conditions_load(RuleSet *rules, const char *name, const YamlNode *map, bool is_shared,
                     MistakeList *mistakes);
void conditions_compile(RuleSet *rules, MistakeList *mistakes);
void condition_free(gpointer data);

/* link.c: the tree, what causes name, the order of all, and rule_set_all(). */
void rules_link(RuleSet *rules, MistakeList *mistakes);

/* causes.c: the causes that are asked under an ending, which endings share. */
typedef struct CauseList {
    GPtrArray *rules; /* Rule*, in order, none that is disabled; borrowed */
    Sieve *sieve;     /* with `is_made`; by cause_list_sieve() */
    gsize is_made;    /* for g_once_init_enter(): connections are judged by two threads */
} CauseList;

/* Made when it is first asked for: most endings never come up in a capture, and compiling the causes of all of
 * them took as long as the rest of the start. */
const Sieve *cause_list_sieve(const CauseList *list);

void cause_list_free(gpointer data);

/* causes.c: gives every ending its list, when all rules are as they will be. */
void causes_spread(RuleSet *rules);

/* link.c: how siblings and causes are ordered, for g_ptr_array_sort(). */
gint rule_compare_order(gconstpointer a, gconstpointer b);

/* load.c: the tree of one file, which has to stay until rule_set_finish(). */
void load_document(RuleSet *rules, const char *name, const YamlNode *root, MistakeList *mistakes);

/* The same of a text, whose tree the set takes, and of a file or directory. */
void load_text(RuleSet *rules, const char *name, const char *text, gsize length, MistakeList *mistakes);
void load_path(RuleSet *rules, const char *path, MistakeList *mistakes);

/* rule.c */
Rule *rule_new(const char *id, const char *file, unsigned line);
void rule_free(gpointer data);

/* yaml-check.c: the shapes that a map may have. */
typedef struct {
    const char *key;
    unsigned kinds; /* 1 << YamlKind, or'ed */
    bool is_required;
} YamlKey;

/* Says which keys are unknown, of the wrong kind, empty or missing. `what`: "a rule", "a parameter". */
bool yaml_check_map(const char *name, const YamlNode *map, const YamlKey *keys, guint count, const char *what,
                    MistakeList *mistakes);
bool yaml_check_kind(const char *name, const YamlNode *node, unsigned kinds, const char *what,
                     MistakeList *mistakes);

/* The texts of a list (or one text alone) are copied to `out`. */
void yaml_copy_texts(const char *name, const YamlNode *node, const char *what, GPtrArray *out,
                     MistakeList *mistakes);
