/*
 * An entry is a head and what its kind needs; texts end with NUL. Nothing is aligned.
 */
#include <config.h>

#include "placement/world/record_bytes.h"

#include <string.h>

enum { POSITION_KIND = UINT8_MAX };

struct head {
    uint16_t length; /* of the whole entry */
    uint8_t kind;
    uint8_t named; /* the optional text is there */
    int32_t id, other;
};

/* Where the next part of an entry goes. */
struct writing {
    char *bytes;
    size_t length;
    bool overflow;
};

static void put(struct writing *writing, const void *part, size_t size)
{
    if (size > RECORD_BYTES - writing->length) {
        writing->overflow = true;
        return;
    }
    memcpy(writing->bytes + writing->length, part, size);
    writing->length += size;
}

static void put_text(struct writing *writing, const char *text)
{
    if (text != NULL)
        put(writing, text, strlen(text) + 1);
}

static size_t finish(const struct writing *writing, struct head *head)
{
    if (writing->overflow)
        return 0;
    head->length = (uint16_t)writing->length;
    memcpy(writing->bytes, head, sizeof(*head));
    return writing->length;
}

size_t record_write(const struct world_record *record, char *bytes)
{
    struct writing writing = {.bytes = bytes, .length = sizeof(struct head)};
    struct head head = {.kind = (uint8_t)record->kind, .id = record->id, .other = record->other};
    switch (record->kind) {
    case WORLD_PROVIDER_SET:
        head.named = record->provider.name != NULL;
        put(&writing, &record->provider.generation, sizeof(int32_t));
        put(&writing, &record->provider.root_id, sizeof(int32_t));
        put(&writing, &record->provider.parent_id, sizeof(int32_t));
        put(&writing, &record->modified, sizeof(record->modified));
        put_text(&writing, record->provider.uuid);
        put_text(&writing, record->provider.name);
        break;
    case WORLD_INVENTORY_SET:
        put(&writing, &record->inventory, sizeof(record->inventory));
        put(&writing, &record->modified, sizeof(record->modified));
        break;
    case WORLD_USAGE_ADD:
        put(&writing, &record->used, sizeof(record->used));
        break;
    case WORLD_CLASS_SET:
    case WORLD_TRAIT_SET:
    case WORLD_AGGREGATE_SET:
        put(&writing, &record->modified, sizeof(record->modified));
        head.named = record->name != NULL;
        put_text(&writing, record->name);
        break;
    case WORLD_PROVIDER_GONE:
    case WORLD_CLASS_GONE:
    case WORLD_INVENTORY_GONE:
    case WORLD_TRAIT_GONE:
    case WORLD_PROVIDER_TRAIT_SET:
    case WORLD_PROVIDER_TRAIT_GONE:
    case WORLD_AGGREGATE_GONE:
    case WORLD_MEMBER_SET:
    case WORLD_MEMBER_GONE:
        break;
    }
    return finish(&writing, &head);
}

size_t position_write(const struct gtid_position *position, char *bytes)
{
    struct writing writing = {.bytes = bytes, .length = sizeof(struct head)};
    struct head head = {.kind = POSITION_KIND, .id = (int32_t)position->count};
    put(&writing, position->last, position->count * sizeof(*position->last));
    return finish(&writing, &head);
}

/* Takes the next part of an entry. */
static const char *take(const char **at, size_t size)
{
    const char *part = *at;
    *at += size;
    return part;
}

static const char *take_text(const char **at)
{
    return take(at, strlen(*at) + 1);
}

static void take_modified(const char **at, struct world_record *record)
{
    memcpy(&record->modified, take(at, sizeof(record->modified)), sizeof(record->modified));
}

static void read_parts(const struct head *head, const char *at, struct world_record *record)
{
    *record = (struct world_record){
        .kind = (enum world_record_kind)head->kind, .id = head->id, .other = head->other};
    if (record->kind == WORLD_PROVIDER_SET) {
        memcpy(&record->provider.generation, take(&at, sizeof(int32_t)), sizeof(int32_t));
        memcpy(&record->provider.root_id, take(&at, sizeof(int32_t)), sizeof(int32_t));
        memcpy(&record->provider.parent_id, take(&at, sizeof(int32_t)), sizeof(int32_t));
        take_modified(&at, record);
        record->provider.uuid = take_text(&at);
        record->provider.name = head->named ? take_text(&at) : NULL;
    } else if (record->kind == WORLD_INVENTORY_SET) {
        memcpy(&record->inventory, take(&at, sizeof(record->inventory)), sizeof(record->inventory));
        take_modified(&at, record);
    } else if (record->kind == WORLD_USAGE_ADD) {
        memcpy(&record->used, at, sizeof(record->used));
    } else if (record->kind == WORLD_CLASS_SET || record->kind == WORLD_TRAIT_SET ||
               record->kind == WORLD_AGGREGATE_SET) {
        take_modified(&at, record);
        record->name = head->named ? take_text(&at) : NULL;
    }
}

size_t entry_read(const char *bytes, size_t count, struct journal_entry *entry)
{
    struct head head;
    if (count < sizeof(head))
        return 0;
    memcpy(&head, bytes, sizeof(head));
    if (head.length > count)
        return 0;
    entry->is_position = head.kind == POSITION_KIND;
    if (entry->is_position) {
        entry->position = (struct gtid_position){.count = (uint32_t)head.id};
        memcpy(entry->position.last, bytes + sizeof(head),
               entry->position.count * sizeof(*entry->position.last));
    } else {
        read_parts(&head, bytes + sizeof(head), &entry->record);
    }
    return head.length;
}
