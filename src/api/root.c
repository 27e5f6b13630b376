/*
 * Writes the version document.
 */
#include <config.h>

#include "api/root.h"

#include "api/call.h"

void root_show(struct call *call)
{
    struct json_writer *writer = call_json(call);
    writer_begin_object(writer);
    writer_key(writer, "versions");
    writer_begin_array(writer);
    writer_begin_object(writer);
    writer_member_text(writer, "id", "v" MICROVERSION_MINIMUM_TEXT);
    writer_member_text(writer, "max_version", MICROVERSION_MAXIMUM_TEXT);
    writer_member_text(writer, "min_version", MICROVERSION_MINIMUM_TEXT);
    writer_member_text(writer, "status", "CURRENT");
    writer_key(writer, "links");
    writer_begin_array(writer);
    writer_begin_object(writer);
    writer_member_text(writer, "rel", "self");
    writer_member_text(writer, "href", "");
    writer_end_object(writer);
    writer_end_array(writer);
    writer_end_object(writer);
    writer_end_array(writer);
    writer_end_object(writer);
    call_last_modified(call, time(NULL));
    call_answer(call, 200);
}
