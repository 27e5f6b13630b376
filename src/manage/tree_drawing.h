/*
 * Draws provider trees: a title for each provider, its inventories, traits and aggregates below it,
 * and lines that lead to its children.
 */
#ifndef BERTH_MANAGE_TREE_DRAWING_H
#define BERTH_MANAGE_TREE_DRAWING_H

#include "manage/terminal.h"
#include "placement/provider_tree.h"

/*
 * Draws all trees, within the terminal's columns where that is possible: text wraps, long names are
 * cut, bars get shorter, and a title takes two lines. The line of an inventory has
 *   the class, a bar, used / capacity, the percentage used,
 *   and, where they are not obvious, how the capacity is computed and which amounts may be
 *   allocated.
 */
void tree_draw(struct buffer *buffer, const struct terminal *terminal,
               const struct provider_trees *trees);

#endif
