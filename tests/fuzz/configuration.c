/*
 * placement.conf: loads settings from a file with the bytes of the input.
 */
#include <config.h>

#include <ctype.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "settings/settings.h"

static int file = -1;
static char path[64];

static void write_file(const uint8_t *bytes, size_t size)
{
    if (file < 0) {
        file = memfd_create("placement.conf", MFD_CLOEXEC);
        require(file >= 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    }
    require(ftruncate(file, 0) == 0);
    require(pwrite(file, bytes, size, 0) == (ssize_t)size);
}

/* Returns the text with a "\\" before each "$", so that it is no reference. */
static const char *quoted(const char *text)
{
    char *made = arena_alloc(&arena, strlen(text) * 2 + 1), *to = made;
    for (; *text != '\0'; *to++ = *text++)
        if (*text == '$')
            *to++ = '\\';
    return made;
}

/* Checks that a number is within its limits and a text one of its choices. */
static void check_option(void *subject, const struct config_option *option, const char *text)
{
    long integer;
    double real;
    (void)subject;
    if (text == NULL || option->secret)
        return;
    if (option->type == OPTION_TEXT && option->choices != NULL)
        require(option_is_choice(option->choices, text));
    if (option->minimum == option->maximum)
        return;
    if (option->type == OPTION_INTEGER)
        require(option_parse_integer(text, &integer) && (double)integer >= option->minimum &&
                (double)integer <= option->maximum);
    if (option->type == OPTION_REAL)
        require(option_parse_real(text, &real) && real >= option->minimum &&
                real <= option->maximum);
}

/* Checks that two settings have the same value of an option, except secrets. */
struct comparison {
    const char **texts;
    size_t count;
};

static void note_option(void *subject, const struct config_option *option, const char *text)
{
    struct comparison *comparison = subject;
    (void)option;
    comparison->texts[comparison->count++] = arena_strdup(&arena, text);
}

/* Returns the length without empty items at the end of a list, which no text can express. */
static size_t length_of(const struct config_option *option, const char *text)
{
    size_t length = strlen(text);
    while (option->type == OPTION_LIST && length > 0 && text[length - 1] == ',')
        length--;
    return length;
}

static void compare_option(void *subject, const struct config_option *option, const char *text)
{
    struct comparison *comparison = subject;
    const char *before = comparison->texts[comparison->count++];
    if (option->secret || option->type == OPTION_MULTI)
        return; /* secrets are not shown, and the environment has one value only */
    require((before == NULL) == (text == NULL));
    if (text == NULL)
        return;
    require(length_of(option, before) == length_of(option, text));
    require(strncmp(before, text, length_of(option, text)) == 0);
}

/* Returns the environment variable that sets an option. */
static char *variable_of(const char *group, const char *name, const char *value)
{
    char *variable = arena_printf(&arena, "OS_%s__%s=%s", group, name, quoted(value));
    for (char *c = variable; *c != '='; c++)
        *c = (char)toupper((unsigned char)*c);
    return variable;
}

/* Checks that the same values in the environment make the same settings. */
static void check_again(const struct settings *settings)
{
    struct comparison comparison = {.texts = arena_array(&arena, option_count, sizeof(char *))};
    struct error_line error;
    struct settings again;
    struct config *config = config_new();
    char **variables = arena_array(&arena, option_count + 4, sizeof(*variables)),
         **before = environ;
    size_t count = 0;
    settings_visit(settings, note_option, &comparison);
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (!option->secret && option->type != OPTION_MULTI && comparison.texts[i] != NULL)
            variables[count++] = variable_of(option->group, option->name, comparison.texts[i]);
    }
    variables[count++] =
        variable_of("placement_database", "connection", settings->placement_database_connection);
    variables[count++] = variable_of("placement_database", "connection_parameters",
                                     settings->placement_database_connection_parameters);
    variables[count++] = arena_strdup(&arena, "HOME=/");
    environ = variables;
    bool good = settings_load(&again, config, &error);
    environ = before;
    if (!good)
        fprintf(stderr, "%s\n", error.text);
    require(good);
    comparison.count = 0;
    settings_visit(&again, compare_option, &comparison);
    settings_free(&again);
    config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error_line error = {""};
    struct settings settings;
    begin_input();
    write_file(bytes, size);
    struct config *config = config_new();
    if (!config_read_file(config, path, &error) || !settings_load(&settings, config, &error)) {
        require(*error.text != '\0' && is_line(error.text));
    } else {
        settings_visit(&settings, check_option, NULL);
        check_again(&settings);
        settings_free(&settings);
    }
    config_free(config);
    return 0;
}
