/*
 * Drawing provider trees: a title for each provider, below it what it has, and lines that lead to
 * its children.
 */
#ifndef BERTH_MANAGE_TREE_DRAWING_H
#define BERTH_MANAGE_TREE_DRAWING_H

#include "manage/terminal.h"
#include "placement/provider_tree.h"

/*
 * Draws all trees of a forest, within the terminal's columns where that is possible: what does not
 * fit is wrapped, long names are cut, bars get shorter, and a title takes two lines. The lines of a
 * provider's inventories have
 *   the class, a bar, used / capacity, the part that is used,
 *   and where they say something: how the capacity comes about, and which amounts may be taken.
 */
void tree_draw(struct buffer *buffer, const struct terminal *terminal, const struct forest *forest);

#endif
