/* A set of rules: loaded from files, type-checked against the catalogue of facts, ready to judge connections.
 *
 * Endings form a tree (every connection gets exactly one: the engine goes down into the first child whose
 * condition holds, and stops where none does). Causes say why it ended so: each is asked under the endings
 * that it explains, and the first that holds leads. Findings are independent of each other. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bounds.h"
#include "facts/catalogue.h"

typedef enum {
    SEVERITY_OK,
    SEVERITY_NOTE,
    SEVERITY_WARNING,
    SEVERITY_ERROR,
    SEVERITY_NEVER, /* no verdict's: a threshold that none reaches */
} Severity;

typedef enum {
    CERTAINTY_LIKELY,
    CERTAINTY_CERTAIN,
} Certainty;

/* Kleene's three values. */
typedef enum {
    TRUTH_FALSE,
    TRUTH_UNKNOWN,
    TRUTH_TRUE,
} Truth;

typedef struct Expression Expression; /* rules/language/expression.h */
typedef struct Template Template;     /* rules/text/template.h */

/* One "role: text" line of `programs`, `confirm` or `fix`; `who` is NULL where the text stands for nobody. */
typedef struct {
    bool has_role;
    FactRole role;
    Template *text;
} RuleLine;

typedef enum {
    RULE_ENDING,
    RULE_CAUSE,
    RULE_FINDING,
} RuleKind;

#define RULE_KINDS 3

typedef struct Rule {
    char *id;
    guint number; /* its place in rule_set_all() */
    RuleKind kind;
    struct Rule *parent; /* of an ending; NULL for a child of the root, and for what is no ending */
    GPtrArray *children; /* of an ending: Rule*, in order of `order` then id; borrowed */
    struct Sieve *sieve; /* of the children, once the set is finished; NULL for none */
    const struct CauseList *causes; /* that are asked under this ending, once the set is finished; or NULL */
    GPtrArray *explains;            /* of a cause: Rule*, the endings under which it is asked; borrowed */
    GPtrArray *tells; /* of a cause: Rule*, findings and causes that are part of its story: not told again
                         where it leads; borrowed */
    int order; /* among its siblings, or among causes; lower is tried first (key `order`, default 100) */
    Severity severity; /* after users' files */
    Severity shipped_severity;
    bool disabled; /* by a user's file, --ignore or --select */
    char *reason;  /* why a user's file changed it, or NULL */
    Expression *when;
    Expression *certain;               /* NULL: always certain */
    Expression *benign;                /* NULL: never. Where it is true the rule counts as a note at most */
    Template *title, *happened, *lost; /* lost may be NULL */
    GArray *programs;                  /* RuleLine: what each program saw */
    GArray *confirm;                   /* RuleLine: how to confirm it on the host */
    GArray *fix;                       /* RuleLine */
    GPtrArray *lookalikes;             /* char* */
    GPtrArray *references;             /* char* */
    GPtrArray *evidence; /* optional key `evidence`: FactRef* of type frame that prove it, beside those in its
                            texts */
    GPtrArray *fires, *silent; /* char*: names of samples */
    char *summary;             /* optional key `summary`: one sentence for --list-rules and the docs */
    char *file;                /* where it was loaded from, with `line` */
    unsigned line;
} Rule;

/* A number that rules use as `$name`, with where it comes from. */
typedef struct {
    char *name;
    Value value;  /* its string, if any, is owned */
    char *source; /* "Linux: net.ipv4.tcp_fin_timeout", or a user's reason */
    char *doc;
    char *file; /* where it was declared, with `line` */
    unsigned line;
    bool is_overridden; /* by a user's file or the command line */
    bool is_pinned;     /* by the command line, which wins */
} Parameter;

/* A condition with a name, for others to use. */
typedef struct {
    char *name, *doc;       /* "turned-away" and what it means: one sentence */
    Expression *expression; /* NULL where it has a mistake */
    char *file;             /* where it stands, with `line` */
    unsigned line;
    bool is_shared; /* by all rules, not only those of its file */
} Condition;

typedef struct RuleSet RuleSet;

/* The rules compiled into the program, with the built-in parameters. Never fails on a sound build. */
RuleSet *rule_set_new_builtin(GError **error);
RuleSet *rule_set_new_empty(void);
void rule_set_free(RuleSet *rules);

/* Adds a file or every *.yaml below a directory, in order of name. CLOSELINT_ERROR_RULES with all mistakes
 * found, one a line as `file:line:column: error: …`; then the set must not be used. */
bool rule_set_load(RuleSet *rules, const char *path, GError **error);

/* Adds rules from text; `name` stands for the file in messages. */
bool rule_set_load_text(RuleSet *rules, const char *name, const char *text, gsize length, GError **error);

/* Reads a `.closelint.yaml`: `parameters`, `rules` (overrides), `select`, `ignore`, `add`. Errors as
 * rule_set_load(). What it changes takes effect in rule_set_finish(), so it may name rules that are loaded
 * after it. */
bool rule_set_load_config(RuleSet *rules, const char *path, GError **error);

/* "fin_timeout=30s": before rule_set_finish(), after the parameter was loaded. Wins over every file. */
bool rule_set_set_parameter(RuleSet *rules, const char *assignment, GError **error);

/* Comma-separated ids or inner nodes (which stand for all below them): only these, all but these. Before
 * rule_set_finish(), which says what it does not know. The rest is `disabled`: a disabled finding is not
 * judged; a disabled ending still is, since its siblings count on it, and whoever reports keeps quiet about
 * it. */
bool rule_set_select(RuleSet *rules, const char *ids, GError **error);
bool rule_set_ignore(RuleSet *rules, const char *ids, GError **error);

/* Links the tree, checks for cycles, missing parents and duplicates, compiles. Call once after loading. */
bool rule_set_finish(RuleSet *rules, GError **error);

/* All parameters by name: Parameter*. Borrowed. */
const GPtrArray *rule_set_parameters(const RuleSet *rules);

/* Every rule in the order of --list-rules: the tree depth first, then the causes in the order in which they
 * are asked, then the findings by id. Borrowed. */
const GPtrArray *rule_set_all(const RuleSet *rules);
const Rule *rule_set_find(const RuleSet *rules, const char *id);
char *rule_set_nearest(const RuleSet *rules, const char *id); /* for "did you mean"; g_free() */

/* The same among the rules of one kind. */
char *rule_set_nearest_of(const RuleSet *rules, RuleKind kind, const char *id);

/* One child of the tree that might have held, had the capture told more. */
typedef struct {
    const Rule *rule;
    FactRef fact; /* the fact that is missing */
    MissingReason missing;
} Possibility;

/* A cause or a finding that holds. */
typedef struct {
    const Rule *rule;
    Certainty certainty;
    bool is_benign; /* its `benign` holds: it counts as a note */
} VerdictPart;

typedef struct {
    const Rule *path[VERDICT_PATH_MAX]; /* from the child of the root down to the ending */
    unsigned path_length;               /* 0 only if not even the root's children told anything */
    Certainty certainty;
    VerdictPart causes[VERDICT_CAUSES_MAX]; /* that hold, in order; the first leads. Without those that the
                                               first tells */
    unsigned cause_count;
    VerdictPart findings[VERDICT_FINDINGS_MAX]; /* by id */
    unsigned finding_count;
    Possibility possible[VERDICT_POSSIBLE_MAX]; /* tried before a node of the path, or below the last one, and
                                                   unknown */
    unsigned possible_count;
    bool ending_is_benign; /* the ending's `benign` holds: it counts as a note */
} Verdict;

static inline const Rule *verdict_ending(const Verdict *verdict)
{
    return verdict->path_length ? verdict->path[verdict->path_length - 1] : NULL;
}

/* The cause that leads; NULL where none holds, and the ending stands for itself. */
static inline const Rule *verdict_cause(const Verdict *verdict)
{
    return verdict->cause_count ? verdict->causes[0].rule : NULL;
}

/* Whether a cause (or NULL) tells what this rule would say. */
bool rule_tells(const Rule *cause, const Rule *other);

/* Judges the connection whose facts these are. */
void rule_set_judge(const RuleSet *rules, FactSet *facts, Verdict *ret_verdict);

/* The same, told step by step: each condition on the way with the value and frame of every fact in it.
 * Appends. */
void rule_set_explain_path(const RuleSet *rules, FactSet *facts, GString *out);

/* "ending": as the key of a rule file has it. */
const char *rule_kind_name(RuleKind kind);

const char *severity_name(Severity severity);
bool severity_parse(const char *name, Severity *ret_severity);
const char *certainty_name(Certainty certainty);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RuleSet, rule_set_free)
