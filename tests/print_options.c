/*
 * Prints the options: "sample" as the sample configuration file, "table" as the table of [berth]
 * options in docs/configuration.md, "manual" as the OPTIONS section of berth.conf(5) in mdoc(7).
 * For scripts/check-options and make update-options.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "settings/option.h"

/* Returns what oslo's sample generator calls a type. */
static const char *type_name(enum option_type type)
{
    static const char *const names[] = {
        [OPTION_TEXT] = "string value",     [OPTION_BOOLEAN] = "boolean value",
        [OPTION_INTEGER] = "integer value", [OPTION_REAL] = "floating point value",
        [OPTION_LIST] = "list value",       [OPTION_MULTI] = "multi valued",
    };
    return names[type];
}

/* Prints text as comment lines of at most 79 columns. */
static void print_comment(const char *text)
{
    enum { WIDTH = 77 };
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > WIDTH) {
            length = WIDTH;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = strcspn(text, " ");
        }
        printf("# %.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static void print_sample_option(const struct config_option *option)
{
    putchar('\n');
    print_comment(option->help);
    printf("# (%s%s)\n", type_name(option->type), option->required ? ", required" : "");
    if (option->choices != NULL)
        printf("# Possible values: %s\n", option->choices);
    if (option->minimum < option->maximum)
        printf("# Minimum value: %.0f\n# Maximum value: %.0f\n", option->minimum, option->maximum);
    for (size_t i = 0; i < option_old_name_count(option); i++)
        printf("# Deprecated group/name - [%s]/%s\n", option->old_names[i].group,
               option->old_names[i].name);
    printf("#%s =%s%s\n", option->name,
           option->default_text != NULL && *option->default_text == '\0' ? "" : " ",
           option->default_text != NULL ? option->default_text : "<None>");
}

static void print_sample(void)
{
    const char *group = NULL;
    for (size_t i = 0; i < option_count; i++) {
        if (group == NULL || strcmp(group, config_options[i].group) != 0) {
            group = config_options[i].group;
            printf("%s[%s]\n", i > 0 ? "\n" : "", group);
        }
        print_sample_option(&config_options[i]);
    }
}

static void print_table(void)
{
    puts("| option | default | meaning |\n|---|---|---|");
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (strcmp(option->group, "berth") != 0)
            continue;
        printf("| `%s` | %s%s%s | %s |\n", option->name, option->default_text != NULL ? "`" : "",
               option->default_text != NULL ? option->default_text : "",
               option->default_text != NULL ? "`" : "", option->help);
    }
}

/* Text in lines of at most 78 columns; a sentence begins a line, as roff wants it. */
static void print_text(const char *text)
{
    enum { WIDTH = 78 };
    size_t column = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > 0 && column + 1 + length > WIDTH) {
            putchar('\n');
            column = 0;
        }
        printf("%s%.*s", column > 0 ? " " : "", (int)length, text);
        column += length + (column > 0);
        bool ends_sentence = strchr(".?!", text[length - 1]) != NULL;
        text += length;
        text += strspn(text, " ");
        if (ends_sentence && *text != '\0') {
            putchar('\n');
            column = 0;
        }
    }
    putchar('\n');
}

static void print_manual_option(const struct config_option *option)
{
    printf(".It Cm %s", option->name);
    if (option->default_text != NULL && *option->default_text != '\0') {
        printf(" No = Ar ");
        for (const char *text = option->default_text; *text != '\0'; text++)
            printf("%c%s", *text, *text == ',' ? "\\:" : ""); /* a line may end there */
    }
    printf("\n.Pq %s%s", type_name(option->type), option->required ? ", required" : "");
    if (option->choices != NULL)
        printf(": %s", option->choices);
    if (option->minimum < option->maximum)
        printf(", %.0f to %.0f", option->minimum, option->maximum);
    printf("\n.br\n");
    print_text(option->help);
    for (size_t i = 0; i < option_old_name_count(option); i++)
        printf("Formerly\n.Bq %s\n.Cm %s .\n", option->old_names[i].group,
               option->old_names[i].name);
}

static void print_manual(void)
{
    const char *group = NULL;
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (group == NULL || strcmp(group, option->group) != 0)
            printf("%s.Ss [%s]\n.Bl -tag -width Ds\n", group != NULL ? ".El\n" : "", option->group);
        group = option->group;
        print_manual_option(option);
    }
    puts(".El");
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "sample") == 0) {
        print_sample();
    } else if (count == 2 && strcmp(arguments[1], "table") == 0) {
        print_table();
    } else if (count == 2 && strcmp(arguments[1], "manual") == 0) {
        print_manual();
    } else {
        fprintf(stderr, "usage: print_options sample|table|manual\n");
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
