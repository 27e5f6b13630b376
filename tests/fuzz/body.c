/*
 * The body of a request: JSON, and each of the schemas.
 */
#include <config.h>

#include "api/body/body.h"

#include "api/body/schema.h"
#include "api/query/python_text.h"
#include "base/json_memory.h"
#include "fuzz.h"

enum { DEPTH = 64, MESSAGE_MOST = 64 * 1024 };

/* The text of an error must be bounded, UTF-8 and, except for the lines with the place of the
   error, one line. */
static void check_message(const char *message)
{
    size_t length = strlen(message);
    require(length > 0 && length < MESSAGE_MOST && is_utf8(message));
    for (size_t i = 0; i < length; i++)
        require((unsigned char)message[i] >= ' ' || message[i] == '\n');
}

static void check_schemas(const json_t *body)
{
    for (int schema = 0; schema < SCHEMA_COUNT; schema++) {
        const char *message = NULL;
        if (!schema_validate((enum schema)schema, body, &arena, &message)) {
            require(message != NULL);
            check_message(message);
        }
    }
}

static void check_numbers(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t index;
    if (json_is_number(value))
        body_integer(value);
    json_object_foreach((json_t *)(uintptr_t)value, name, member) check_numbers(member);
    json_array_foreach(value, index, member) check_numbers(member);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    begin_input();
    schemas_load();
    json_memory_set(&arena);
    /* exactly as large as the input, with a NUL behind it, like a received body */
    char *text = malloc(size + 1);
    require(text != NULL);
    if (size > 0)
        memcpy(text, bytes, size);
    text[size] = '\0';
    const char *message = NULL;
    json_t *body = body_parse(text, size, DEPTH, &arena, &message);
    if (body == NULL) {
        require(message != NULL && is_line(message) && *message != '\0');
    } else {
        check_numbers(body);
        require(is_line(python_repr(body, &arena)) && is_utf8(python_repr(body, &arena)));
        check_schemas(body);
    }
    free(text);
    return 0;
}
