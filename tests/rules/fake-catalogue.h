/* A small catalogue of facts that never changes, so that tests of the engine do not follow the real one. */
#pragma once

#include "facts/catalogue.h"

/* Facts that are all unknown; freed with fake_facts_free(). */
FactSet *fake_facts_new(void);
void fake_facts_free(FactSet *facts);

/* Gives a fact this value. */
void fake_facts_set(FactSet *facts, FactRef ref, const Value *value);

/* Presets the fact of this name (it must exist). Strings are borrowed. */
void preset_bool(FactSet *facts, const char *name, bool value, uint64_t frame);
void preset_number(FactSet *facts, const char *name, int64_t value, uint64_t frame);
void preset_enum(FactSet *facts, const char *name, const char *value, uint64_t frame);
void preset_string(FactSet *facts, const char *name, const char *value);
void preset_address(FactSet *facts, const char *name, const char *value);
void preset_unknown(FactSet *facts, const char *name, MissingReason missing);
void preset_absent(FactSet *facts, const char *name);
