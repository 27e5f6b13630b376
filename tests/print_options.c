/* Prints the table of options: "sample" as the sample configuration file, "readme" as the rows of
   the table in README.md. For scripts/check-options. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/option.h"

static void print_sample(void)
{
    struct buffer sample;

    buffer_init(&sample, 0);
    option_write_sample(&sample);
    fwrite(sample.data, 1, sample.length, stdout);
    buffer_free(&sample);
}

static void print_readme(void)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (strcmp(option->group, "berth") != 0)
            continue;
        printf("| `%s` | %s%s%s | %s |\n", option->name, option->default_text != NULL ? "`" : "",
               option->default_text != NULL ? option->default_text : "",
               option->default_text != NULL ? "`" : "", option->help);
    }
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "sample") == 0) {
        print_sample();
    } else if (count == 2 && strcmp(arguments[1], "readme") == 0) {
        print_readme();
    } else {
        fprintf(stderr, "usage: print_options sample|readme\n");
        return 2;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
