/*
 * Resource classes over HTTP (1.2). PUT gives a class another name before 1.7, and makes sure that
 * there is one from then on.
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
