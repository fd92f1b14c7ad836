/* The objects of the JSON output, shared by `json` and `jsonl`. docs/report.schema.json describes them; a
 * key, once published, keeps its meaning. */
#pragma once

#include "report/counts.h"
#include "report/json-writer.h"
#include "report/report.h"

#define JSON_SCHEMA_VERSION 1

/* {"type": "connection", …} */
void json_connection(JsonWriter *json, Tellings *tellings);

/* "frames": where each frame that the object names stands, in a joined capture. */
void json_places(JsonWriter *json, Tellings *tellings);

/* The keys that describe a capture, without the braces: "capture", "format", counts, "diagnostics",
 * "summary". */
void json_capture_members(JsonWriter *json, const CaptureInfo *capture, const Counts *counts,
                          const RuleSet *rules);
