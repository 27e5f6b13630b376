/*
 * Resource classes over HTTP (1.2). Before 1.7 PUT renames a class; from 1.7 on it creates the
 * class unless it exists.
 */
#ifndef BERTH_API_RESOURCE_CLASSES_H
#define BERTH_API_RESOURCE_CLASSES_H

struct call;

/* GET and POST /resource_classes */
void resource_classes_show(struct call *call);
void resource_class_post(struct call *call);

/* GET, PUT and DELETE /resource_classes/{name} */
void resource_class_show(struct call *call);
void resource_class_put(struct call *call);
void resource_class_remove(struct call *call);

#endif
