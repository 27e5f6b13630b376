/*
 * berth-manage tree: draws provider trees with inventories, traits and aggregates.
 */
#include <config.h>

#include <getopt.h>

#include "manage/command.h"
#include "manage/tree_drawing.h"

static void write_count(struct buffer *buffer, const struct provider_trees *trees)
{
    size_t roots = 0;
    for (size_t i = 0; i < trees->count; i++)
        roots += trees->providers[i].depth == 0;
    if (roots == 0) {
        buffer_add_text(buffer, "There are no resource providers.\n");
        return;
    }
    buffer_add_text(buffer, "\n");
    terminal_count(buffer, trees->count, "provider");
    buffer_add_text(buffer, " in ");
    terminal_count(buffer, roots, "tree");
    buffer_add_text(buffer, "\n");
}

int command_tree(struct command_call *call)
{
    static const struct option options[] = {{NULL, 0, NULL, 0}};
    struct terminal terminal = terminal_of(stdout);
    struct context context = {.arena = &call->arena, .database = call->database};
    struct provider_trees trees;
    struct buffer buffer;
    optind = 0;
    if (getopt_long(call->argc, call->argv, "", options, NULL) != -1 || call->argc > optind + 1)
        return command_usage(call);
    const char *wanted = call->argv[optind];
    if (command_needs_head(call) != 0)
        return 1;
    enum outcome outcome = provider_trees_load(&context, wanted, &trees);
    if (outcome == OUTCOME_NOT_FOUND)
        return command_complain("%s", context.failure.detail);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    buffer_init(&buffer, 0);
    tree_draw(&buffer, &terminal, &trees);
    if (wanted == NULL)
        write_count(&buffer, &trees);
    return command_output(&buffer);
}
