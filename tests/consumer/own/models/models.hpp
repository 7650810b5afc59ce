// A header of the user's that is called as one of Grove's.
#pragma once

struct OwnModel {
  double slope = 3;
};
