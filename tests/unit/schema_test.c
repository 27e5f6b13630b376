/*
 * Checks of bodies by JSON Schema. The expected texts are python-jsonschema's without schema and
 * instance, which Berth does not send back.
 */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "api/body/body.h"
#include "api/body/schema.h"
#include "api/query/python_text.h"
#include "base/json_memory.h"
#include "suite.h"

static const struct {
    enum schema schema;
    const char *instance;
    const char *message; /* NULL: accepted */
} instances[] = {
    {SCHEMA_AGGREGATES_PUT_1_1, "[]", NULL},
    {SCHEMA_AGGREGATES_PUT_1_1, "{}",
     "{} is not of type 'array'\n\nFailed validating 'type' in schema\n\nOn instance"},
    {SCHEMA_AGGREGATES_PUT_1_1, "[\"a\"]",
     "'a' is not a 'uuid'\n\nFailed validating 'format' in schema['items']\n\nOn instance[0]"},
    {SCHEMA_AGGREGATES_PUT_1_1,
     "[\"4e8e5957-649f-477b-9e5b-f1f75b21c03c\", \"4e8e5957-649f-477b-9e5b-f1f75b21c03c\"]",
     "['4e8e5957-649f-477b-9e5b-f1f75b21c03c', '4e8e5957-649f-477b-9e5b-f1f75b21c03c'] has "
     "non-unique elements\n\nFailed validating 'uniqueItems' in schema\n\nOn instance"},
    {SCHEMA_RESOURCE_PROVIDER_POST_1_14, "{\"name\": 1}",
     "1 is not of type 'string'\n\nFailed validating 'type' in schema['properties']['name']\n\nOn "
     "instance['name']"},
    {SCHEMA_RESOURCE_PROVIDER_POST_1_14, "{}",
     "'name' is a required property\n\nFailed validating 'required' in schema\n\nOn instance"},
    {SCHEMA_RESOURCE_PROVIDER_POST_1_14, "{\"name\": \"a\", \"b\": 1, \"a\": 2}",
     "Additional properties are not allowed ('a', 'b' were unexpected)\n\nFailed validating "
     "'additionalProperties' in schema\n\nOn instance"},
    {SCHEMA_RESOURCE_PROVIDER_POST_1_14, "{\"name\": \"a\", \"parent_provider_uuid\": 5}",
     "5 is not valid under any of the given schemas\n\nFailed validating 'anyOf' in "
     "schema['properties']['parent_provider_uuid']\n\nOn instance['parent_provider_uuid']"},
    {SCHEMA_RESOURCE_PROVIDER_POST_1_14, "{\"name\": \"a\", \"parent_provider_uuid\": \"x\"}",
     "'x' is not a 'uuid'\n\nFailed validating 'format' in schema[0]\n\nOn instance"},
    {SCHEMA_RESOURCE_PROVIDER_POST_1_14, "{\"name\": \"a\", \"parent_provider_uuid\": null}", NULL},
    {SCHEMA_RESOURCE_PROVIDER_POST_1_14, "[1, null, true, 1.5, \"it's\", {\"a\": []}]",
     "[1, None, True, 1.5, \"it's\", {'a': []}] is not of type 'object'\n\nFailed validating "
     "'type' in schema\n\nOn instance"},
    {SCHEMA_INVENTORY_POST, "{\"resource_class\": \"vcpu\", \"total\": 0}",
     "0 is less than the minimum of 1\n\nFailed validating 'minimum' in "
     "schema['properties']['total']\n\nOn instance['total']"},
    {SCHEMA_INVENTORY_POST, "{\"resource_class\": \"VCPU\", \"total\": 1.0}", NULL},
    {SCHEMA_INVENTORY_POST, "{\"resource_class\": \"VCPU\", \"total\": true}",
     "True is not of type 'integer'\n\nFailed validating 'type' in "
     "schema['properties']['total']\n\nOn instance['total']"},
    {SCHEMA_INVENTORY_POST, "{\"resource_class\": \"VCPU\", \"total\": 2147483648}",
     "2147483648 is greater than the maximum of 2147483647\n\nFailed validating 'maximum' in "
     "schema['properties']['total']\n\nOn instance['total']"},
    {SCHEMA_INVENTORY_POST, "{\"resource_class\": \"VCPU\", \"total\": 9223372036854775808}",
     "9223372036854775808 is greater than the maximum of 2147483647\n\nFailed validating 'maximum' "
     "in schema['properties']['total']\n\nOn instance['total']"},
    {SCHEMA_INVENTORY_POST, "{\"resource_class\": \"VCPU\", \"total\": -9223372036854775808}",
     "-9223372036854775808 is less than the minimum of 1\n\nFailed validating 'minimum' in "
     "schema['properties']['total']\n\nOn instance['total']"},
    {SCHEMA_RESOURCE_PROVIDERS_GET_1_0, "{\"uuid\": \"4e8e5957649f477b9e5bf1f75b21c03c\"}",
     "'4e8e5957649f477b9e5bf1f75b21c03c' is not a 'uuid'\n\nFailed validating 'format' in "
     "schema['properties']['uuid']\n\nOn instance['uuid']"},
    {SCHEMA_ALLOCATIONS_PUT_1_12, "{\"allocations\": {}, \"project_id\": \"p\", \"user_id\": \"\"}",
     "{} does not have enough properties\n\nFailed validating 'minProperties' in "
     "schema['properties']['allocations']\n\nOn instance['allocations']"},
    {SCHEMA_ALLOCATIONS_PUT_1_12,
     "{\"allocations\": {\"x\": {}}, \"project_id\": \"p\", \"user_id\": \"u\"}",
     "'x' does not match any of the regexes: '^[0-9a-fA-F-]{36}$'\n\nFailed validating "
     "'additionalProperties' in schema['properties']['allocations']\n\nOn instance['allocations']"},
    {SCHEMA_ALLOCATIONS_PUT_1_12,
     "{\"allocations\": {\"4e8e5957-649f-477b-9e5b-f1f75b21c03c\": {\"resources\": {\"VCPU\": "
     "0}}}, \"project_id\": \"p\", \"user_id\": \"u\"}",
     "0 is less than the minimum of 1\n\nFailed validating 'minimum' in "
     "schema['properties']['allocations']['patternProperties']['^[0-9a-fA-F-]{36}$']['properties']["
     "'resources']['patternProperties']['^[A-Z0-9_]+$']\n\nOn "
     "instance['allocations']['4e8e5957-649f-477b-9e5b-f1f75b21c03c']['resources']['VCPU']"},
    {SCHEMA_ALLOCATIONS_PUT_1_28,
     "{\"allocations\": {}, \"project_id\": \"p\", \"user_id\": \"u\", \"consumer_generation\": "
     "\"1\"}",
     "'1' is not of type 'integer', 'null'\n\nFailed validating 'type' in "
     "schema['properties']['consumer_generation']\n\nOn instance['consumer_generation']"},
    {SCHEMA_PROVIDER_TRAITS_PUT, "{\"traits\": [\"\"], \"resource_provider_generation\": 1}",
     "'' is too short\n\nFailed validating 'minLength' in "
     "schema['properties']['traits']['items']\n\nOn instance['traits'][0]"},
    {SCHEMA_TRAIT_PUT, "\"CUSTOM_\"",
     "'CUSTOM_' does not match '^CUSTOM_[A-Z0-9_]+$'\n\nFailed validating 'pattern' in "
     "schema\n\nOn instance"},
    {SCHEMA_USAGES_GET_1_38, "{\"project_id\": \"p\", \"consumer_type\": \"all\"}", NULL},
    {SCHEMA_USAGES_GET_1_38, "{\"project_id\": \"p\", \"consumer_type\": \"nobody\"}",
     "'nobody' does not match '^[A-Z0-9_]+$|^all|^unknown$'\n\nFailed validating 'pattern' in "
     "schema['properties']['consumer_type']\n\nOn instance['consumer_type']"},
};

static struct arena arena;

static void setup(void)
{
    arena_init(&arena, 0);
    schemas_load();
    json_memory_set(&arena);
}

static void teardown(void)
{
    arena_free(&arena);
}

START_TEST(each_instance)
{
    const char *message = NULL;
    json_t *instance =
        body_parse(instances[_i].instance, strlen(instances[_i].instance), 64, &arena, &message);
    ck_assert_ptr_nonnull(instance);
    bool fine = schema_validate(instances[_i].schema, instance, &arena, &message);
    ck_assert_int_eq(fine, instances[_i].message == NULL);
    if (!fine)
        ck_assert_str_eq(message, instances[_i].message);
}
END_TEST

static const char *const broken[] = {
    "", "  ", "{", "[1,]", "nul", "NaN", "{\"a\"", "\"\\u0000\"", "\"\xff\"",
};

START_TEST(each_broken_text)
{
    const char *message = NULL;
    ck_assert_ptr_null(body_parse(broken[_i], strlen(broken[_i]), 64, &arena, &message));
    ck_assert_ptr_nonnull(message);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    const char *message = NULL;
    ck_assert_ptr_nonnull(body_parse("[[[]]]", 6, 3, &arena, &message));
    ck_assert_ptr_null(body_parse("[[[[]]]]", 8, 3, &arena, &message));
    ck_assert_ptr_nonnull(body_parse("[\"[[[[\"]", 8, 3, &arena, &message));
}
END_TEST

static const struct {
    const char *json, *repr;
} values[] = {
    {"null", "None"},
    {"true", "True"},
    {"1.5", "1.5"},
    {"1.0", "1.0"},
    {"1e100", "1e+100"},
    {"-3", "-3"},
    {"\"a'b\"", "\"a'b\""},
    {"\"a\\\"b\"", "'a\"b'"},
    {"\"\\n\"", "'\\n'"},
    {"\"\\u001b\"", "'\\x1b'"},
    {"{\"a\": [1, \"b\"]}", "{'a': [1, 'b']}"},
};

START_TEST(each_value_as_python_writes_it)
{
    const char *message;
    json_t *value = body_parse(values[_i].json, strlen(values[_i].json), 64, &arena, &message);
    ck_assert_str_eq(python_repr(value, &arena), values[_i].repr);
}
END_TEST

int main(void)
{
    TCase *test = tcase_create("schema");
    tcase_add_checked_fixture(test, setup, teardown);
    tcase_add_loop_test(test, each_instance, 0, sizeof(instances) / sizeof(instances[0]));
    tcase_add_loop_test(test, each_broken_text, 0, sizeof(broken) / sizeof(broken[0]));
    tcase_add_test(test, deep_nesting_is_refused);
    tcase_add_loop_test(test, each_value_as_python_writes_it, 0,
                        sizeof(values) / sizeof(values[0]));
    return suite_run("schema", test);
}
