/*
 * Nearly all of a provider is its links, which differ only in its uuid.
 */
#include <config.h>

#include "api/provider_json.h"

#include <stdio.h>

enum { TREES_SINCE = 14, UUID = 36, UUID_COLUMN = UUID * 4, REL_TEXT = 16 };

/* The links of a provider, and the first microversion 1.N that shows them. */
static const struct {
    const char *rel, *path;
    unsigned since;
} links[PROVIDER_LINKS] = {
    {"self", "", 0},          {"inventories", "/inventories", 0},
    {"usages", "/usages", 0}, {"aggregates", "/aggregates", 1},
    {"traits", "/traits", 6}, {"allocations", "/allocations", 11},
};

struct provider_writer provider_writer_new(struct call *call)
{
    static const char path[] = "/resource_providers/";
    struct provider_writer writer = {.call = call, .json = call_json(call)};
    writer.url_size = strlen(call->exchange->prefix) + sizeof(path) + UUID_COLUMN + REL_TEXT;
    writer.url = arena_array(call->exchange->arena, writer.url_size, 1);
    return writer;
}

/* Writes the links as they are, and notes where the uuid is in each. */
static void write_links(struct provider_writer *writer, const char *uuid)
{
    struct json_writer *json = writer->json;
    size_t from = json->buffer->length;
    writer_begin_array(json);
    for (size_t i = 0; i < PROVIDER_LINKS; i++) {
        if (!call_since(writer->call, links[i].since))
            continue;
        snprintf(writer->url, writer->url_size, "%s/resource_providers/%s%s",
                 writer->call->exchange->prefix, uuid, links[i].path);
        writer_begin_object(json);
        writer_member_text(json, "rel", links[i].rel);
        writer_member_text(json, "href", writer->url);
        writer_end_object(json);
        writer->places[i] =
            json->buffer->length - strlen("\"}") - strlen(links[i].path) - UUID - from;
    }
    writer_end_array(json);
    writer->from = from;
    writer->to = json->buffer->length;
}

/* The same for another uuid without characters that need an escape. */
static void copy_links(struct provider_writer *writer, const char *uuid)
{
    struct buffer *buffer = writer->json->buffer;
    size_t at = buffer->length;
    writer_repeat(writer->json, writer->from, writer->to);
    if (buffer->failed)
        return;
    for (size_t i = 0; i < PROVIDER_LINKS; i++)
        if (call_since(writer->call, links[i].since))
            memcpy(buffer->data + at + writer->places[i], uuid, UUID);
}

void provider_write(struct provider_writer *writer, const struct provider *provider)
{
    struct json_writer *json = writer->json;
    writer_begin_object(json);
    writer_literal_key(json, "uuid");
    size_t before = json->buffer->length;
    writer_text(json, provider->uuid);
    bool usual =
        json->buffer->length - before == UUID + strlen("\"\"") && strlen(provider->uuid) == UUID;
    writer_literal_key(json, "name");
    writer_text(json, provider->name);
    writer_literal_key(json, "generation");
    writer_integer(json, provider->generation);
    writer_literal_key(json, "links");
    if (usual && writer->to > 0)
        copy_links(writer, provider->uuid);
    else
        write_links(writer, provider->uuid);
    if (!usual)
        writer->to = 0;
    if (call_since(writer->call, TREES_SINCE)) {
        writer_literal_key(json, "parent_provider_uuid");
        writer_text(json, provider->parent_uuid);
        writer_literal_key(json, "root_provider_uuid");
        writer_text(json, provider->root_uuid);
    }
    writer_end_object(json);
    if (provider->modified > writer->modified)
        writer->modified = provider->modified;
}
